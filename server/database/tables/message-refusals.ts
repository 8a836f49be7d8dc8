import { ChatError } from '../../protocol/errors.js';
import { isMessageId } from '../../protocol/message.js';
import { r } from '../connection/reql.js';
import type { Datum, WriteResult } from '../connection/reql-types.js';
import type { MessageRow } from '../schema/rows.js';

/** `then` when the row is of this room and this user, else an error that `throwRefusal` translates. */
export function ifOwn(row: Datum<MessageRow | null>, room: string, by: string, then: unknown): Datum {
  return r.branch(
    row('room').ne(room),
    r.error('no-such-message'),
    row('author')('id_user').ne(by),
    r.error('not-yours'),
    then,
  );
}

/** @throws ChatError for the first row that a write has refused */
export function throwRefusal({ errors, first_error }: WriteResult): void {
  if (errors === 0) return;
  if (first_error === 'no-such-message') throw noSuchMessage();
  if (first_error === 'not-yours') throw new ChatError('not-yours', 'only its author can change a message');
  throw messageRefusal(first_error);
}

export function noSuchMessage(): ChatError {
  return new ChatError('no-such-message', 'there is no such message in this room', { field: 'id' });
}

/** The error for a row that the database, or its write hook, has refused. */
export function messageRefusal(reason = 'the database gave no reason'): ChatError {
  return new ChatError(
    'refused-by-database',
    reason.replace(/^Error in write hook: /, '').replace(/\.$/, ''),
  );
}

/**
 * The id of a stored message. Rows of other programs can have ids of any form that the database accepts as a key.
 * @throws ChatError `no-such-message` for an id that no message can have
 */
export function storedMessageId(value: unknown): string {
  if (typeof value === 'string' && isMessageId(value)) return value;
  throw noSuchMessage();
}
