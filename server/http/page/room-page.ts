import type { ChatError } from '../../errors.js';
import { type Message, newMessageId, type Position } from '../../message.js';
import type { Users } from '../../presence/presence.js';
import { encodeCursor } from '../cursor.js';
import { bodyParts, isJumbo } from './body-parts.js';
import { encodePageState } from './page-state.js';
import { PARTIAL, presentPeople } from './present-people.js';
import { withQuery } from './room-path.js';
import { toRows } from './rows.js';
import { type SideParts, sidePanel } from './side-panel.js';

/** What a visitor sent by a form and what came of it. */
export interface Rejected {
  error: ChatError;
  /** `create`, `edit`, `delete`, `join`, `leave` or `name`: which form it was. */
  action: string;
  /** As typed, to be shown again. */
  text: string;
  /** Of the message that was sent or meant. */
  id?: string;
}

export interface RoomPageParts extends SideParts {
  room: string;
  messages: readonly Message[];
  /** See PageState. */
  names: Record<string, string>;
  hasOlder: boolean;
  unreadSince: Position | null;
  /** Signed identity of a page that is somebody by its address. */
  signed: string | null;
  present: Users;
  /** A part of the history is shown, not the newest messages. */
  isHistory?: boolean;
  /** Id of the own message that is being edited. */
  editing?: string | undefined;
  /** The page does not load itself again while its reader writes. */
  isStill?: boolean;
  /** Why there are no messages to show. */
  away?: ChatError | undefined;
  /** What the reader should know of the message that he has just sent by a form. */
  notice?: string | undefined;
}

// Without a script nobody knows the reader's zone. The script shows times in it.
const UTC = { timeZone: 'UTC' } as const;
const clock = new Intl.DateTimeFormat('en-GB', { ...UTC, hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { ...UTC, weekday: 'long', day: 'numeric', month: 'long' });

const isoTime = (sent: number) => new Date(sent).toISOString();

/** Everything that views/room.pug asks for. */
export function roomPage(parts: RoomPageParts) {
  const { room, user, as, messages, names, hasOlder, unreadSince, signed, present, rooms } = parts;
  const { isHistory = false, editing, isStill = false, away, rejected, notice } = parts;
  const side = sidePanel(parts);
  const { path } = side;
  const first = messages[0];
  const state = {
    room,
    user: { id_user: user.id_user, name: user.name },
    messages: isHistory ? [] : messages,
    names,
    hasOlder,
    rooms,
    unreadSince,
    as: as !== null && signed !== null ? { id_user: as, signed } : null,
  };
  return {
    ...side,
    rows: toRows(
      messages.map((message) => named(message, names)),
      { dayOf: (sent) => isoTime(sent).slice(0, 10) },
    ),
    olderPath: hasOlder && first ? withQuery(path, `before=${encodeCursor(first)}`) : null,
    stillPath: withQuery(path, 'still'),
    editPath: (id: string) => withQuery(path, `edit=${encodeURIComponent(id)}`),
    isHistory,
    isStill,
    refreshes: !isHistory && !isStill && editing === undefined && rejected === undefined,
    editing,
    away,
    notice,
    people: presentPeople(present.users, user.id_user),
    partial: present.partial ? PARTIAL : null,
    /** Sent with the form, so that sending it twice makes one message. */
    nextId:
      (rejected?.error.code !== 'id-taken' && rejected?.action === 'create' && rejected.id) || newMessageId(),
    isOwn: ({ author }: Message) => author.id_user === user.id_user,
    stateJson: encodePageState(state),
    bodyParts,
    isJumbo,
    isoTime,
    clock: (sent: number) => clock.format(sent),
    date: (sent: number) => date.format(sent),
  };
}

function named(message: Message, names: Record<string, string>): Message {
  const { author } = message;
  const name = author.id_user !== null && Object.hasOwn(names, author.id_user) && names[author.id_user];
  return name ? { ...message, author: { ...author, name } } : message;
}
