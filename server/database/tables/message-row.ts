import { KINDS } from '../../protocol/entities.js';
import { isMessageId, type Message } from '../../protocol/message.js';
import { millisecondsOf } from '../connection/reql.js';
import type { MessageRow } from '../schema/rows.js';
import { toMessageFiles } from './message-files.js';

/**
 * A row of `messages` in the form in which it leaves the database layer. Unknown fields are left out. Null for a row that
 * is not a message, which is possible only where the write hook was removed.
 */
export function toMessage(row: MessageRow | null): Message | null {
  if (!row) return null;
  const { id, room, body, author } = row;
  if (typeof id !== 'string' || typeof room !== 'string' || typeof body !== 'string') return null;
  const sent = millisecondsOf(row.sent);
  if (sent === null || typeof author?.name !== 'string') return null;
  const { name, id_user } = author;
  const message: Message = {
    id,
    room,
    body,
    sent,
    author: { id_user: typeof id_user === 'string' ? id_user : null, name },
    kind: KINDS.find((kind) => kind === row.kind) ?? 'message',
  };
  const edited = millisecondsOf(row.edited);
  if (edited !== null) message.edited = edited;
  const files = row.files === undefined ? [] : toMessageFiles(row.files);
  if (files.length > 0) message.files = files;
  const { reply_to } = row;
  if (typeof reply_to === 'string' && isMessageId(reply_to)) message.reply_to = reply_to;
  return message;
}
