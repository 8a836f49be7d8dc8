import { ChatError } from '../../protocol/errors.js';
import type { Position } from '../../protocol/message.js';

/** Longest primary key that a database takes, in bytes. */
export const LONGEST_ID = 127;

/** The times that a database can show: the years 1400 to 9999, in milliseconds since 1970. */
export const EARLIEST = Date.UTC(1400, 0);
export const LATEST = Date.UTC(10_000, 0) - 1;

/** Before every message: where one stands in a room that has none. */
export const BEGINNING: Position = { sent: EARLIEST, id: '' };

/** A position as an opaque text that needs no escaping in an address: base64url of `[sent, id]` as JSON. */
export function encodeCursor({ sent, id }: Position): string {
  return Buffer.from(JSON.stringify([sent, id])).toString('base64url');
}

/**
 * The position that a cursor stands for.
 * @param field the parameter it came in, for the error
 * @throws ChatError `bad-cursor`
 */
export function decodeCursor(cursor: unknown, field: string): Position {
  const position = typeof cursor === 'string' ? parse(cursor) : null;
  if (!position)
    throw new ChatError('bad-cursor', `${field} must be a cursor that this server gave`, { field });
  return position;
}

function parse(cursor: string): Position | null {
  if (!/^[\w-]{1,1024}$/.test(cursor)) return null;
  try {
    const pair: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(pair) || pair.length !== 2) return null;
    const [sent, id] = pair;
    if (!Number.isInteger(sent) || sent < EARLIEST || sent > LATEST) return null;
    return typeof id === 'string' && Buffer.byteLength(id) <= LONGEST_ID ? { sent, id } : null;
  } catch {
    return null;
  }
}
