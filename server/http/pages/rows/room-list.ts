import { LOBBY } from '../../../protocol/message.js';
import type { RoomEntry } from '../../../protocol/room.js';
import { normalise } from '../../../protocol/text/normalise.js';

export interface RoomGroup {
  title: string;
  rooms: readonly RoomEntry[];
}

/** What is known of a room that nobody has created and the reader has not joined. */
export function unclaimedRoom(name: string): RoomEntry {
  return {
    name,
    topic: '',
    access: 'open',
    created: null,
    created_by: null,
    joined: false,
    users: null,
    unread: null,
  };
}

/**
 * The list of rooms: the lobby and those that the reader has joined; those that he has only visited; the others.
 * @param entries of the directory, in its order
 * @param visited names of rooms, the last one first
 * @param sought only rooms whose name has this in it, in small or capital letters
 */
export function roomGroups(
  entries: readonly RoomEntry[],
  {
    current,
    visited = [],
    sought = '',
  }: { current: string | null; visited?: readonly string[]; sought?: string },
): RoomGroup[] {
  const listed = new Map(entries.map((entry) => [entry.name, entry]));
  const others = [...(current === null ? [] : [current]), ...visited].filter(
    (name, i, all) => name !== LOBBY && !listed.has(name) && all.indexOf(name) === i,
  );
  const kept = entries.filter(({ name }) => name !== LOBBY);
  const groups = [
    {
      title: 'Rooms',
      rooms: [listed.get(LOBBY) ?? unclaimedRoom(LOBBY), ...kept.filter(({ joined }) => joined)],
    },
    { title: 'Visited', rooms: others.map(unclaimedRoom) },
    { title: 'More rooms', rooms: kept.filter(({ joined }) => !joined) },
  ];
  return groups
    .map(({ title, rooms }) => ({ title, rooms: rooms.filter(({ name }) => has(name, sought)) }))
    .filter(({ rooms }) => rooms.length > 0);
}

const folded = (text: string) => normalise(text.trim()).toLowerCase();
const has = (name: string, sought: string) => folded(name).includes(folded(sought));

/** Where the directory ends counting what is unread. */
const MANY = 100;

export const unreadText = (unread: number) => (unread >= MANY ? `${MANY - 1}+` : `${unread}`);

/** A room in the list, as it is read out. */
export function roomLabel({ name, access, users, unread }: RoomEntry): string {
  return [
    name,
    access === 'members' && 'for members',
    unread && (unread === 1 ? '1 unread message' : `${unreadText(unread)} unread messages`),
    users && `${users} here`,
  ]
    .filter(Boolean)
    .join(', ');
}
