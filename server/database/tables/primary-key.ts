import { createHash } from 'node:crypto';

/** RethinkDB accepts 127 bytes; the rest is left for the encoding of an array. */
const MAX_KEY_BYTES = 110;

/**
 * The primary key for one or more names: the name itself, or an array of the names, so that rows are easily found and
 * written by hand; a digest where the names are too long for a key (64 characters can be 256 bytes).
 */
export function primaryKey(...names: string[]): string | string[] {
  const bytes = names.reduce((sum, name) => sum + Buffer.byteLength(name), 0);
  const [first, ...others] = names;
  if (bytes <= MAX_KEY_BYTES && first !== undefined) return others.length === 0 ? first : names;
  return `sha256:${createHash('sha256').update(JSON.stringify(names)).digest('hex')}`;
}

/** RethinkDB refuses longer primary keys. */
const MAX_ID_BYTES = 127;

/** Whether a text can be a primary key. Ids come from requests and from rows that any driver wrote. */
export function isKey(id: string): boolean {
  return Buffer.byteLength(id) <= MAX_ID_BYTES && !id.includes('\0');
}
