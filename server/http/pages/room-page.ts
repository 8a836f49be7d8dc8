import { ChatError, ERRORS, type ErrorCode } from '../../protocol/errors.js';
import { type Message, newMessageId, type Position } from '../../protocol/message.js';
import type { PresentUsers } from '../../protocol/presence.js';
import { toHtml } from './html.js';
import { logHtml } from './log-html.js';
import { framePath, olderPath, withCurrentName } from './log-page.js';
import { encodePageState } from './page-state.js';
import { faultText } from './rows/fault-text.js';
import { composerHint } from './rows/key-hints.js';
import { personRow } from './rows/person-row.js';
import { partialNote, peopleLabel, presentPeople } from './rows/present-people.js';
import { roomSearchPath, withQuery } from './rows/room-path.js';
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
  /** Why the messages cannot be read. */
  unavailable?: ChatError | undefined;
  /** A notice about the message that the reader has just sent by a form. */
  notice?: ErrorCode | undefined;
}

/** The variables of views/room.pug. */
export function roomPage(model: RoomPageModel) {
  const { room, user, as, messages, names, hasOlder, unreadSince, signed, present, rooms } = model;
  const { isHistory = false, editing, unavailable, rejected, notice } = model;
  const side = sidePanel(model);
  const { path } = side;
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
    hasOlder,
    rowsHtml: logHtml({
      messages: messages.map((message) => withCurrentName(message, names)),
      id_user: user.id_user,
      path,
      editing,
      rejected,
    }),
    olderPath: olderPath(path, messages, hasOlder),
    searchRoomPath: roomSearchPath(room, as),
    membersPath: withQuery(path, 'members'),
    isHistory,
    /** Without JavaScript, the newest messages are in a frame, which refreshes itself while the reader writes. */
    framePath: isHistory || editing !== undefined ? null : framePath(path),
    hintHtml: toHtml(...composerHint()),
    unavailable,
    notice: notice && faultText(new ChatError(notice, ERRORS[notice].title)),
    peopleCount: people.length,
    peopleLabel: peopleLabel(people.length),
    peopleHtml: toHtml(...people.map(personRow)),
    partial: present.partial ? partialNote() : null,
    /** The id of the next message: sending the form twice creates one message. */
    nextId:
      (rejected?.error.code !== 'id-taken' && rejected?.action === 'create' && rejected.id) || newMessageId(),
    stateJson: encodePageState(state),
  };
}
