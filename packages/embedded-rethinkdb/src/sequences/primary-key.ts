import type { Datum } from '../values/datum.js';
import { logicError } from '../values/reql-error.js';

/** RethinkDB's primary keys end at a zero byte; a LOGIC error for a key with one inside. */
export function refuseZeroBytes(key: Datum): void {
  if (Array.isArray(key)) for (const part of key) refuseZeroBytes(part);
  if (typeof key !== 'string' || !key.includes('\0')) return;
  const bytes = Buffer.from(key);
  throw logicError(
    `String "${displayBytes(bytes.subarray(0, 20))}" (truncated) contains NULL byte ` +
      `at offset ${bytes.indexOf(0)} in index key.`,
  );
}

function displayBytes(bytes: Buffer): string {
  return Array.from(bytes, displayByte).join('');
}

function displayByte(byte: number): string {
  const char = String.fromCharCode(byte);
  if (char === '"' || char === '\\') return `\\${char}`;
  return byte >= 0x20 && byte < 0x7f ? char : `\\x${byte.toString(16).padStart(2, '0')}`;
}
