import { type ChatError, ERRORS, type ErrorCode } from '../../protocol/errors.js';
import { type Message, newMessageId, type Position } from '../../protocol/message.js';
import type { PresentUsers } from '../../protocol/presence.js';
import { encodeCursor } from '../api/schemas/cursor.js';
import { toHtml } from './html.js';
import { logHtml } from './log-html.js';
import { encodePageState } from './page-state.js';
import { personRow } from './rows/person-row.js';
import { PARTIAL_NOTE, peopleLabel, presentPeople } from './rows/present-people.js';
import { withQuery } from './rows/room-path.js';
import { type SidePanelModel, sidePanel } from './side-panel.js';

export interface RoomPageModel extends SidePanelModel {
  room: string;
  messages: readonly Message[];
  /** See PageState. */
  names: Record<string, string>;
  hasOlder: boolean;
  unreadSince: Position | null;
  /** On a playground page, its signed identity. */
  signed: string | null;
  present: PresentUsers;
  /** The page shows older messages instead of the newest ones. */
  isHistory?: boolean;
  /** Id of the own message that is being edited. */
  editing?: string | undefined;
  /** The page does not refresh itself, so that the reader can write. */
  isStill?: boolean;
  /** Why the messages cannot be read. */
  unavailable?: ChatError | undefined;
  /** A notice about the message that the reader has just sent by a form. */
  notice?: ErrorCode | undefined;
}

/** The variables of views/room.pug. */
export function roomPage(model: RoomPageModel) {
  const { room, user, as, messages, names, hasOlder, unreadSince, signed, present, rooms } = model;
  const { isHistory = false, editing, isStill = false, unavailable, rejected, notice } = model;
  const side = sidePanel(model);
  const { path } = side;
  const first = messages[0];
  const people = presentPeople(present.users, user.id_user);
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
    isEmpty: messages.length === 0,
    rowsHtml: logHtml({
      messages: messages.map((message) => named(message, names)),
      id_user: user.id_user,
      path,
      editing,
      rejected,
    }),
    olderPath: hasOlder && first ? withQuery(path, `before=${encodeCursor(first)}`) : null,
    membersPath: withQuery(path, 'members'),
    stillPath: withQuery(path, 'still'),
    isHistory,
    isStill,
    refreshes: !isHistory && !isStill && editing === undefined && rejected === undefined,
    unavailable,
    notice: notice && ERRORS[notice].title,
    peopleCount: people.length,
    peopleLabel: peopleLabel(people.length),
    peopleHtml: toHtml(...people.map(personRow)),
    partial: present.partial ? PARTIAL_NOTE : null,
    /** The id of the next message: sending the form twice creates one message. */
    nextId:
      (rejected?.error.code !== 'id-taken' && rejected?.action === 'create' && rejected.id) || newMessageId(),
    stateJson: encodePageState(state),
  };
}

function named(message: Message, names: Record<string, string>): Message {
  const { author } = message;
  const name = author.id_user !== null && Object.hasOwn(names, author.id_user) && names[author.id_user];
  return name ? { ...message, author: { ...author, name } } : message;
}
