import type { ChatError } from '../../protocol/errors.js';
import type { Message } from '../../protocol/message.js';
import { encodeCursor } from '../api/schemas/cursor.js';
import { logHtml } from './log-html.js';
import type { RejectedForm } from './rejected-form.js';
import { faultText } from './rows/fault-text.js';
import { withQuery } from './rows/room-path.js';

export interface LogPageModel {
  room: string;
  /** Address of the room's page. */
  path: string;
  user: { id_user: string };
  messages: readonly Message[];
  /** See PageState. */
  names: Record<string, string>;
  hasOlder: boolean;
  /** The page shows older messages instead of the newest ones. */
  isHistory: boolean;
  /** The reader has stopped the page from refreshing itself. */
  isStill: boolean;
  /** Id of the own message that is being edited. */
  editing?: string | undefined;
  rejected?: RejectedForm | undefined;
  /** Why the messages cannot be read. */
  unavailable?: ChatError | undefined;
}

/** The log of a room as a document of its own, which readers without JavaScript see in a frame of the room's page. */
export const framePath = (path: string) => withQuery(path, 'log');

/**
 * The variables of views/log.pug. The document refreshes itself, and the page around it, with the text that is being
 * written, does not.
 */
export function logPage(model: LogPageModel) {
  const { room, user, messages, names, hasOlder, isHistory, isStill, editing, rejected, unavailable } = model;
  const path = framePath(model.path);
  return {
    room,
    path,
    pagePath: model.path,
    faultText,
    rowsHtml: logHtml({
      messages: messages.map((message) => withCurrentName(message, names)),
      id_user: user.id_user,
      path,
      names,
      editing,
      rejected,
    }),
    isEmpty: messages.length === 0,
    olderPath: olderPath(path, messages, hasOlder),
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

export function withCurrentName(message: Message, names: Record<string, string>): Message {
  const { author } = message;
  const name = author.id_user !== null && Object.hasOwn(names, author.id_user) && names[author.id_user];
  return name ? { ...message, author: { ...author, name } } : message;
}
