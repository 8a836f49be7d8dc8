import { LOBBY, MAX_UNREAD } from '../../../protocol/message.js';
import type { RoomEntry } from '../../../protocol/room.js';
import { t } from '../texts/text.js';

export interface RoomGroup {
  title: string;
  rooms: readonly RoomEntry[];
}

/** The entry of a room that was not created and that the reader has not joined. */
export function unclaimedRoom(name: string): RoomEntry {
  return {
    name,
    topic: '',
    access: 'open',
    joining: 'self',
    posting: 'all',
    archived: null,
    created: null,
    created_by: null,
    owner: null,
    is_created: false,
    joined: false,
    role: null,
    users: null,
    unread: null,
    mentions: null,
  };
}

/**
 * Groups the list of rooms: the lobby and joined rooms; rooms that were only visited; all others.
 * @param entries in the order of the directory
 * @param visited names of rooms, the most recent first
 */
export function roomGroups(
  entries: readonly RoomEntry[],
  { current, visited = [] }: { current: string | null; visited?: readonly string[] },
): RoomGroup[] {
  const listed = new Map(entries.map((entry) => [entry.name, entry]));
  const others = [...(current === null ? [] : [current]), ...visited].filter(
    (name, i, all) => name !== LOBBY && !listed.has(name) && all.indexOf(name) === i,
  );
  const kept = entries.filter(({ name }) => name !== LOBBY);
  const groups = [
    {
      title: t('rooms.title'),
      rooms: [listed.get(LOBBY) ?? unclaimedRoom(LOBBY), ...kept.filter(({ joined }) => joined)],
    },
    { title: t('rooms.visited'), rooms: others.map(unclaimedRoom) },
    { title: t('rooms.more'), rooms: kept.filter(({ joined }) => !joined) },
  ];
  return groups.filter(({ rooms }) => rooms.length > 0);
}

export const unreadText = (unread: number) => (unread >= MAX_UNREAD ? `${MAX_UNREAD - 1}+` : `${unread}`);
