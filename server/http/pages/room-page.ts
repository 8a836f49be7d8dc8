import { ChatError, ERRORS, type ErrorCode } from '../../protocol/errors.js';
import { newMessageId, type Position } from '../../protocol/message.js';
import type { PresentUsers } from '../../protocol/presence.js';
import { toHtml } from './html.js';
import { logHtml } from './log-html.js';
import { framePath, newerPath, olderPath } from './log-page.js';
import type { PageMessages } from './page-messages.js';
import { encodePageState } from './page-state.js';
import { faultText } from './rows/fault-text.js';
import { composerHint } from './rows/key-hints.js';
import { membersTitle } from './rows/members-title.js';
import { personRow } from './rows/person-row.js';
import { partialNote, peopleLabel, presentPeople } from './rows/present-people.js';
import { quotedText } from './rows/quote-line.js';
import { readOnlyText } from './rows/read-only.js';
import {
  notificationsPath,
  pinnedPath,
  roomSearchPath,
  roomSettingsPath,
  withQuery,
} from './rows/room-path.js';
import type { ShownMessage } from './rows/shown-message.js';
import { shownMessages } from './rows/shown-messages.js';
import { type SidePanelModel, sidePanel } from './side-panel.js';

export interface RoomPageModel extends SidePanelModel, PageMessages {
  room: string;
  /** The message to which the form replies. */
  replyingTo: ShownMessage | null;
  unreadSince: Position | null;
  /** On a playground page, its signed identity. */
  signed: string | null;
  present: PresentUsers;
  /** Id of the own message that is being edited. */
  editing?: string | undefined;
  /** A notice about the message that the reader has just sent by a form. */
  notice?: ErrorCode | undefined;
}

/** The variables of views/room.pug. */
export function roomPage(model: RoomPageModel) {
  const { room, user, as, messages, names, hasOlder, unreadSince, signed, present, rooms } = model;
  const { isHistory, hasNewer, quoted, target, isTargetUnknown, replyingTo } = model;
  const { editing, unavailable, rejected, notice } = model;
  const side = sidePanel(model);
  const { path } = side;
  const people = presentPeople(present.users, user.id_user);
  const state = {
    room,
    user: { id_user: user.id_user, name: user.name },
    // The script loads other parts of the history itself.
    messages: isHistory && target === undefined ? [] : messages,
    names,
    quoted,
    hasOlder,
    hasNewer,
    target: target ?? null,
    replyTo: replyingTo?.id ?? null,
    rooms,
    unreadSince,
    as: as !== null && signed !== null ? { id_user: as, signed } : null,
  };
  return {
    ...side,
    isEmpty: messages.length === 0,
    hasOlder,
    rowsHtml: logHtml({
      messages: shownMessages(messages, names, quoted),
      id_user: user.id_user,
      path,
      names,
      editing,
      rejected,
      target,
    }),
    olderPath: olderPath(path, messages, hasOlder),
    newerPath: isHistory ? newerPath(path, messages, hasNewer) : null,
    isTargetUnknown: isTargetUnknown === true,
    replyingTo: replyingTo && {
      id: replyingTo.id,
      name: replyingTo.author.name,
      text: quotedText(replyingTo),
    },
    searchRoomPath: roomSearchPath(room, as),
    membersPath: withQuery(path, 'members'),
    membersTitle: membersTitle(side.entry.access === 'open', null),
    pinnedPath: pinnedPath(room, as),
    notificationsPath: notificationsPath(room, as),
    settingsOfRoomPath: roomSettingsPath(room, as),
    readOnly: readOnlyText(side.entry),
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
