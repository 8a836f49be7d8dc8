import type { Message } from '../../protocol/message.js';
import { encodeCursor } from '../api/schemas/cursor.js';
import { logHtml } from './log-html.js';
import type { PageMessages } from './page-messages.js';
import type { RejectedForm } from './rejected-form.js';
import { faultText } from './rows/fault-text.js';
import { withQuery } from './rows/room-path.js';
import { shownMessages } from './rows/shown-messages.js';

export interface LogPageModel extends PageMessages {
  room: string;
  /** Address of the room's page. */
  path: string;
  user: { id_user: string };
  /** The reader has stopped the page from refreshing itself. */
  isStill: boolean;
  /** Id of the own message that is being edited. */
  editing?: string | undefined;
  rejected?: RejectedForm | undefined;
}

/** The log of a room as a document of its own, which readers without JavaScript see in a frame of the room's page. */
export const framePath = (path: string) => withQuery(path, 'log');

/**
 * The variables of views/log.pug. The document refreshes itself, and the page around it, with the text that is being
 * written, does not.
 */
export function logPage(model: LogPageModel) {
  const { room, user, messages, names, quoted, hasOlder, hasNewer, isHistory, target } = model;
  const { isStill, editing, rejected, unavailable } = model;
  const path = framePath(model.path);
  return {
    room,
    path,
    pagePath: model.path,
    faultText,
    rowsHtml: logHtml({
      messages: shownMessages(messages, names, quoted),
      id_user: user.id_user,
      path,
      names,
      pagePath: model.path,
      editing,
      rejected,
      target,
    }),
    isEmpty: messages.length === 0,
    olderPath: olderPath(path, messages, hasOlder),
    newerPath: isHistory ? newerPath(path, messages, hasNewer) : null,
    stillPath: withQuery(path, 'still'),
    isHistory,
    isStill,
    refreshes: !isHistory && !isStill && editing === undefined,
    error: rejected?.error ?? unavailable,
  };
}

/** The address of the messages before those that are shown; null for the oldest page. */
export function olderPath(path: string, [first]: readonly Message[], hasOlder: boolean): string | null {
  return hasOlder && first ? withQuery(path, `before=${encodeCursor(first)}`) : null;
}

/** The address of the messages after those that are shown; null on the newest page. */
export function newerPath(path: string, messages: readonly Message[], hasNewer: boolean): string | null {
  const last = messages.at(-1);
  return hasNewer && last ? withQuery(path, `after=${encodeCursor(last)}`) : null;
}
