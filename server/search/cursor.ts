import { ChatError } from '../protocol/errors.js';
import { AFTER_ALL_ROWS } from './index/row-numbers.js';

/** The position of a page of results as an opaque text that needs no escaping in a URL. */
export function encodeSearchCursor(row: number): string {
  return row.toString(36);
}

/** @param field name of the parameter, for the error @throws ChatError `bad-cursor` */
export function decodeSearchCursor(cursor: unknown, field: string): number {
  const row =
    typeof cursor === 'string' && /^[0-9a-z]{1,11}$/.test(cursor) ? Number.parseInt(cursor, 36) : null;
  if (row !== null && row <= AFTER_ALL_ROWS) return row;
  throw new ChatError('bad-cursor', `${field} must be a cursor from a response of this server`, { field });
}
