import { ChatError } from '../../../protocol/errors.js';
import { MAX_ID_BYTES, type Position } from '../../../protocol/message.js';

/** The range of times in RethinkDB, the years 1400 to 9999, in milliseconds since 1970. */
export const EARLIEST_MS = Date.UTC(1400, 0);
export const LATEST_MS = Date.UTC(10_000, 0) - 1;

/** Before every message: the position of a page without messages. */
export const BEGINNING: Position = { sent: EARLIEST_MS, id: '' };

/** A position as an opaque text that needs no escaping in a URL: base64url of `[sent, id]` as JSON. */
export function encodeCursor({ sent, id }: Position): string {
  return Buffer.from(JSON.stringify([sent, id])).toString('base64url');
}

/**
 * The position that a cursor encodes.
 * @param field name of the parameter, for the error
 * @throws ChatError `bad-cursor`
 */
export function decodeCursor(cursor: unknown, field: string): Position {
  const position = typeof cursor === 'string' ? parse(cursor) : null;
  if (!position)
    throw new ChatError('bad-cursor', `${field} must be a cursor from a response of this server`, { field });
  return position;
}

function parse(cursor: string): Position | null {
  if (!/^[\w-]{1,1024}$/.test(cursor)) return null;
  try {
    const pair: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(pair) || pair.length !== 2) return null;
    const [sent, id] = pair;
    if (!Number.isInteger(sent) || sent < EARLIEST_MS || sent > LATEST_MS) return null;
    return typeof id === 'string' && Buffer.byteLength(id) <= MAX_ID_BYTES ? { sent, id } : null;
  } catch {
    return null;
  }
}
