import { createHash } from 'node:crypto';

/** RethinkDB takes 127 bytes; what an array's encoding adds for each part is left free. */
const MAX_BYTES = 110;

/**
 * The primary key for one or more names: the name itself, or an array of them, so that rows are easily found and
 * written by hand; a digest where they are too long for a key (64 characters can be 256 bytes).
 */
export function primaryKey(...names: string[]): string | string[] {
  const bytes = names.reduce((sum, name) => sum + Buffer.byteLength(name), 0);
  if (bytes <= MAX_BYTES) return names.length === 1 ? names[0]! : names;
  return `sha256:${createHash('sha256').update(JSON.stringify(names)).digest('hex')}`;
}
