import type { ChatError } from '../../protocol/errors.js';
import { type Message, newMessageId, type Position } from '../../protocol/message.js';
import type { PresentUsers } from '../../protocol/presence.js';
import { encodeCursor } from '../api/cursor.js';
import { messageHtml } from './message-html.js';
import { encodePageState } from './page-state.js';
import { PARTIAL, presentPeople } from './present-people.js';
import { withQuery } from './room-path.js';
import { toRows } from './rows.js';
import { type SidePanelModel, sidePanel } from './side-panel.js';
import { date, isoTime } from './utc.js';

/** What a visitor sent by a form and what came of it. */
export interface RejectedForm {
  error: ChatError;
  /** `create`, `edit`, `delete`, `join`, `leave` or `name`: which form it was. */
  action: string;
  /** As typed, to be shown again. */
  text: string;
  /** Of the message that was sent or meant. */
  id?: string | undefined;
}

export interface RoomPageModel extends SidePanelModel {
  room: string;
  messages: readonly Message[];
  /** See PageState. */
  names: Record<string, string>;
  hasOlder: boolean;
  unreadSince: Position | null;
  /** Signed identity of a page that is somebody by its address. */
  signed: string | null;
  present: PresentUsers;
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

/** Everything that views/room.pug asks for. */
export function roomPage(parts: RoomPageModel) {
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
    messageHtml,
    isoTime,
    date,
  };
}

function named(message: Message, names: Record<string, string>): Message {
  const { author } = message;
  const name = author.id_user !== null && Object.hasOwn(names, author.id_user) && names[author.id_user];
  return name ? { ...message, author: { ...author, name } } : message;
}
