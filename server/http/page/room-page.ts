import type { Identity } from '../../auth/guest.js';
import type { ChatError } from '../../errors.js';
import { LOBBY, type Message, newMessageId } from '../../message.js';
import { encodeCursor } from '../cursor.js';
import { hueClass, initials } from './avatar.js';
import { bodyParts, isJumbo } from './body-parts.js';
import { encodePageState } from './page-state.js';
import { roomPath } from './room-path.js';
import { toRows } from './rows.js';

/** What a visitor sent by a form and what came of it. */
export interface Rejected {
  error: ChatError;
  /** `create`, `edit`, `delete` or `name`: which form it was. */
  action: string;
  /** As typed, to be shown again. */
  text: string;
  /** Of the message that was sent or meant. */
  id?: string;
}

export interface RoomPageParts {
  room: string;
  user: Identity;
  messages: readonly Message[];
  hasOlder: boolean;
  /** A part of the history is shown, not the newest messages. */
  isHistory?: boolean;
  /** Id of the own message that is being edited. */
  editing?: string | undefined;
  /** The page does not load itself again while its reader writes. */
  isStill?: boolean;
  /** Why there are no messages to show. */
  away?: ChatError | undefined;
  rejected?: Rejected | undefined;
}

// Without a script nobody knows the reader's zone. The script shows times in it.
const UTC = { timeZone: 'UTC' } as const;
const clock = new Intl.DateTimeFormat('en-GB', { ...UTC, hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { ...UTC, weekday: 'long', day: 'numeric', month: 'long' });

const isoTime = (sent: number) => new Date(sent).toISOString();

/** Everything that views/room.pug asks for. */
export function roomPage(parts: RoomPageParts) {
  const {
    room,
    user,
    messages,
    hasOlder,
    isHistory = false,
    editing,
    isStill = false,
    away,
    rejected,
  } = parts;
  const path = roomPath(room);
  const address = (query: string) => `${path}${path.includes('?') ? '&' : '?'}${query}`;
  const first = messages[0];
  return {
    room,
    user,
    path,
    isLobby: room === LOBBY,
    rows: toRows(messages, { dayOf: (sent) => isoTime(sent).slice(0, 10) }),
    olderPath: hasOlder && first ? address(`before=${encodeCursor(first)}`) : null,
    stillPath: address('still'),
    editPath: (id: string) => address(`edit=${encodeURIComponent(id)}`),
    isHistory,
    isStill,
    refreshes: !isHistory && !isStill && editing === undefined && rejected === undefined,
    editing,
    away,
    rejected,
    /** Sent with the form, so that sending it twice makes one message. */
    nextId:
      (rejected?.error.code !== 'id-taken' && rejected?.action === 'create' && rejected.id) || newMessageId(),
    isOwn: ({ author }: Message) => author.id_user === user.id_user,
    stateJson: encodePageState({ room, user, messages: isHistory ? [] : messages, hasOlder }),
    hueClass,
    initials,
    bodyParts,
    isJumbo,
    isoTime,
    clock: (sent: number) => clock.format(sent),
    date: (sent: number) => date.format(sent),
  };
}
