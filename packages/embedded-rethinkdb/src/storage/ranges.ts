import { type Datum, MAXVAL, MINVAL } from '../datum/datum.js';
import type { Bounds } from './bounds.js';

/** Byte strings from `from` (included) up to `to` (excluded). */
export interface ByteRange {
  readonly from: Buffer;
  readonly to: Buffer;
}

// Encoded values are prefix-free and their tags are below 0xff: value + AFTER is above every key that begins with the
// value, and below every key of a greater value.
const AFTER = Buffer.from([0xff]);

/** Tables and indexes are numbered; their keys begin with the number, big endian. */
export function numberPrefix(number: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(number);
  return prefix;
}

/** All keys of one table or index. */
export function wholeRange(prefix: Buffer): ByteRange {
  return { from: prefix, to: Buffer.concat([prefix, AFTER]) };
}

/** The keys within bounds. `encode` encodes and checks a bound. Crossed bounds give an empty range. */
export function boundedRange(prefix: Buffer, bounds: Bounds, encode: (value: Datum) => Buffer): ByteRange {
  const whole = wholeRange(prefix);
  const { lower, upper } = bounds;
  const at = (value: Datum, after: boolean) =>
    Buffer.concat([prefix, encode(value), ...(after ? [AFTER] : [])]);
  return {
    from: lower === undefined || lower.value === MINVAL ? whole.from : at(lower.value, lower.open),
    to: upper === undefined || upper.value === MAXVAL ? whole.to : at(upper.value, !upper.open),
  };
}

interface Readable<V> {
  getRange(options: object): Iterable<{ key: Buffer; value: V }>;
}

const FIRST_CHUNK_ROWS = 16;
const MAX_CHUNK_ROWS = 512;

/**
 * Walks a range in chunks. No cursor and no read transaction outlives a chunk, so that the walk may pause for hours and
 * the database may be written in between. The walk sees writes to keys that it has not reached.
 */
export function* walk<V>(
  database: Readable<V>,
  range: ByteRange,
  reverse: boolean,
): Generator<{ key: Buffer; value: V }> {
  let { from, to } = range;
  let limit = FIRST_CHUNK_ROWS;
  let resumed = false;
  while (Buffer.compare(from, to) < 0) {
    const chunk: { key: Buffer; value: V }[] = [];
    const options = reverse
      ? { start: to, end: from, reverse: true, exclusiveStart: true, inclusiveEnd: true, limit }
      : { start: from, end: to, exclusiveStart: resumed, limit };
    for (const entry of database.getRange(options)) chunk.push(entry);
    yield* chunk;
    const last = chunk.at(-1);
    if (last === undefined || chunk.length < limit) return;
    if (reverse) to = last.key;
    else from = last.key;
    resumed = true;
    limit = Math.min(limit * 2, MAX_CHUNK_ROWS);
  }
}
