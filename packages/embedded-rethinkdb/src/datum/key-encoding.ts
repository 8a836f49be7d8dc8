import { binaryBytes, makeBinary } from './binary.js';
import { type Datum, MAXVAL, MINVAL, pseudotype, REQL_TYPE, typeName } from './datum.js';
import { displayDatum, displayShort } from './display.js';
import { logicError } from './reql-error.js';

/**
 * Keys whose bytes have the order of ReQL's values. Every value begins with the tag of its type; numbers are
 * IEEE 754 big endian with flipped bits; strings and binaries end with a zero byte and escape 0 and 1; arrays
 * end with a zero byte. So a key is self-delimiting, and an array sorts before its own extensions.
 */
const TAG = {
  end: 0x00,
  minval: 0x08,
  array: 0x10,
  false: 0x20,
  true: 0x21,
  number: 0x30,
  binary: 0x50,
  time: 0x52,
  string: 0x60,
  maxval: 0xf8,
} as const;

let scratch = Buffer.alloc(4096);
let at = 0;

/**
 * The key of a number, string, boolean, time, binary, `r.minval`, `r.maxval`, or of an array of these;
 * undefined for values that cannot be keys: null, objects, geometry, and arrays that contain one of them.
 */
export function encodeKey(datum: Datum): Buffer | undefined {
  at = 0;
  return append(datum) ? Buffer.from(scratch.subarray(0, at)) : undefined;
}

/** Decodes the result of `encodeKey`. Times are in UTC: keys do not contain the zone. */
export function decodeKey(key: Buffer): Datum {
  return decodeAt(key, 0)[0];
}

/** The bytes of a primary key. @throws ReqlError LOGIC, with RethinkDB's text, for values that cannot be primary keys */
export function encodePrimaryKey(datum: Datum): Buffer {
  const key = encodeKey(datum);
  if (key === undefined) throw logicError(primaryKeyFault(datum));
  if (printedLength(datum) > PRIMARY_KEY_LIMIT_BYTES) {
    throw logicError(
      `Primary key too long (max ${PRIMARY_KEY_LIMIT_BYTES - 1} characters): ${displayDatum(datum)}`,
    );
  }
  return key;
}

/** The bytes of a bound or a value in a secondary index. @throws ReqlError LOGIC for values that cannot be keys */
export function encodeIndexKey(datum: Datum): Buffer {
  const key = encodeKey(datum);
  if (key === undefined) throw logicError(indexKeyFault(datum));
  return key;
}

// RethinkDB counts the bytes of its own textual key (the tag letter included), not those of the value.
const PRIMARY_KEY_LIMIT_BYTES = 128;

function primaryKeyFault(datum: Datum): string {
  return (
    insideFault(datum) ??
    'Primary keys must be either a number, string, bool, pseudotype ' +
      `or array (got type ${typeName(datum)}):\n${displayShort(datum)}`
  );
}

function indexKeyFault(datum: Datum): string {
  return (
    insideFault(datum) ??
    'Secondary keys must be a number, string, bool, pseudotype, ' +
      `or array (got type ${typeName(datum)}):\n${displayShort(datum)}`
  );
}

/** The error for a pseudotype or an array that cannot be a key; the same for primary and secondary keys. */
function insideFault(datum: Datum): string | undefined {
  const pseudo = pseudotype(datum);
  if (pseudo === 'GEOMETRY') {
    return 'Cannot use a geometry value as a key value in a primary or non-geospatial secondary index.';
  }
  if (pseudo !== undefined)
    return `Cannot use pseudotype ${typeName(datum)} as a primary or secondary key value .`;
  if (!Array.isArray(datum)) return undefined;
  const culprit = datum.find((item) => encodeKey(item) === undefined);
  if (culprit === undefined) return undefined;
  return (
    insideFault(culprit) ??
    'Array keys can only contain numbers, strings, bools,  pseudotypes, ' +
      `or arrays (got ${displayDatum(culprit)} of type ${typeName(culprit)}).`
  );
}

/** The length of RethinkDB's textual form of a key: `S...`, `N<16 hex digits>#<decimal>`, `A...\0...\0`. */
function printedLength(datum: Datum): number {
  if (typeof datum === 'string') return 1 + Buffer.byteLength(datum);
  if (typeof datum === 'number') return 18 + printedNumber(datum).length;
  if (typeof datum === 'boolean') return 2;
  if (Array.isArray(datum)) return datum.reduce<number>((sum, item) => sum + printedLength(item) + 1, 1);
  if (datum === MINVAL || datum === MAXVAL) return 1;
  if (pseudotype(datum) === 'TIME') return 6 + printedLength((datum as { epoch_time: number }).epoch_time);
  return 8 + binaryBytes(datum).length;
}

function printedNumber(value: number): string {
  const text = value.toPrecision(20);
  return text.includes('.') ? text.replace(/\.?0+(e|$)/, '$1') : text;
}

function room(bytes: number): void {
  if (at + bytes <= scratch.length) return;
  const larger = Buffer.alloc(Math.max(scratch.length * 2, at + bytes));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}

function append(datum: Datum): boolean {
  room(9);
  if (typeof datum === 'string') return appendEscaped(TAG.string, Buffer.from(datum));
  if (typeof datum === 'number') return appendNumber(TAG.number, datum);
  if (typeof datum === 'boolean') return appendTag(datum ? TAG.true : TAG.false);
  if (datum === null) return false;
  if (datum === MINVAL) return appendTag(TAG.minval);
  if (datum === MAXVAL) return appendTag(TAG.maxval);
  if (Array.isArray(datum)) {
    appendTag(TAG.array);
    for (const item of datum) if (!append(item)) return false;
    room(1);
    return appendTag(TAG.end);
  }
  const pseudo = pseudotype(datum);
  if (pseudo === 'TIME') return appendNumber(TAG.time, datum.epoch_time as number);
  return pseudo === 'BINARY' && appendEscaped(TAG.binary, binaryBytes(datum));
}

function appendTag(tag: number): true {
  scratch[at++] = tag;
  return true;
}

function appendNumber(tag: number, value: number): true {
  scratch[at++] = tag;
  scratch.writeDoubleBE(value + 0, at); // -0 + 0 is 0: the two are the same key
  const negative = scratch[at]! & 0x80;
  if (negative) for (let i = 0; i < 8; i++) scratch[at + i] = ~scratch[at + i]!;
  else scratch[at] = scratch[at]! ^ 0x80;
  at += 8;
  return true;
}

function appendEscaped(tag: number, bytes: Buffer): true {
  room(2 + 2 * bytes.length);
  scratch[at++] = tag;
  for (const byte of bytes) {
    if (byte <= 1) scratch[at++] = 1;
    scratch[at++] = byte <= 1 ? byte + 1 : byte;
  }
  scratch[at++] = TAG.end;
  return true;
}

function decodeAt(key: Buffer, from: number): [Datum, number] {
  switch (key[from]) {
    case TAG.minval:
      return [MINVAL, from + 1];
    case TAG.maxval:
      return [MAXVAL, from + 1];
    case TAG.false:
      return [false, from + 1];
    case TAG.true:
      return [true, from + 1];
    case TAG.number:
      return [decodeNumber(key, from + 1), from + 9];
    case TAG.time:
      return [{ [REQL_TYPE]: 'TIME', epoch_time: decodeNumber(key, from + 1), timezone: '+00:00' }, from + 9];
    case TAG.string: {
      const [bytes, next] = decodeEscaped(key, from + 1);
      return [bytes.toString(), next];
    }
    case TAG.binary: {
      const [bytes, next] = decodeEscaped(key, from + 1);
      return [makeBinary(bytes), next];
    }
    default: {
      const items: Datum[] = [];
      let next = from + 1;
      while (key[next] !== TAG.end) {
        const [item, after] = decodeAt(key, next);
        items.push(item);
        next = after;
      }
      return [items, next + 1];
    }
  }
}

function decodeNumber(key: Buffer, from: number): number {
  const bytes = Buffer.from(key.subarray(from, from + 8));
  if (bytes[0]! & 0x80) bytes[0] = bytes[0]! ^ 0x80;
  else for (let i = 0; i < 8; i++) bytes[i] = ~bytes[i]!;
  return bytes.readDoubleBE(0);
}

function decodeEscaped(key: Buffer, from: number): [Buffer, number] {
  const end = key.indexOf(TAG.end, from);
  const bytes = Buffer.alloc(end - from);
  let length = 0;
  for (let i = from; i < end; i++) bytes[length++] = key[i] === 1 ? key[++i]! - 1 : key[i]!;
  return [bytes.subarray(0, length), end + 1];
}

/** A text for maps: equal if and only if the values are equal. */
export function keyText(datum: Datum): string {
  if (typeof datum === 'string') return `s${datum}`;
  if (typeof datum === 'number') return `n${datum + 0}`;
  return `k${encodeKey(datum)?.toString('latin1') ?? JSON.stringify(datum)}`;
}

/** RethinkDB's primary keys end at a zero byte. @throws ReqlError LOGIC for a key that contains one */
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
