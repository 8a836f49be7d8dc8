import type { Datum } from '../datum/datum.js';
import { logicError, nonExistence } from '../datum/reql-error.js';
import { Stream } from '../runtime/stream.js';

/** Rows `left` up to, but without, `right` of a stream. */
export function sliceStream(stream: Stream, left: number, right: number): Stream {
  const { array, live } = stream.options;
  return new Stream(() => sliced(stream.rows(), left, right), {
    array,
    infinite: stream.isInfinite && right === Number.POSITIVE_INFINITY,
    ...(live && { live: { ...live, slices: [...live.slices, { steps: stream.steps, left, right }] } }),
    feed: { kind: 'slice', of: stream, left, right },
  });
}

function* sliced(rows: Iterable<Datum>, left: number, right: number): Iterable<Datum> {
  if (left >= right) return;
  let at = 0;
  for (const row of rows) {
    if (at >= left) yield row;
    at++;
    if (at >= right) return;
  }
}

/** The bounds of a slice as the query gives them. */
export interface SliceRange {
  readonly left: number;
  readonly leftOpen: boolean;
  readonly right: number;
  readonly rightOpen: boolean;
}

/** `stream.slice(...)`: positions from the end are refused, because the length of a stream is unknown. */
export function sliceByRange(stream: Stream, { left, leftOpen, right, rightOpen }: SliceRange): Stream {
  if (left < 0) throw logicError('Cannot use a negative left index on a stream.');
  if (right < -1) throw logicError('Cannot use a right index < -1 on a stream.');
  if (right === -1 && rightOpen) throw logicError('Cannot slice to an open right index of -1 on a stream.');
  const end = right === -1 ? Number.POSITIVE_INFINITY : rightOpen ? right : right + 1;
  return sliceStream(stream, leftOpen ? left + 1 : left, end);
}

/** The range of an array, string or binary of this size: `[from, to)`, within 0..size. */
export function resolveRange(
  size: number,
  { left, leftOpen, right, rightOpen }: SliceRange,
): [number, number] {
  const from = Math.min(positionOf(size, left, leftOpen), size);
  const to = Math.min(positionOf(size, right, !rightOpen), size);
  return [from, Math.max(from, to)];
}

function positionOf(size: number, index: number, next: boolean): number {
  const position = index < 0 ? size + index : index;
  return position < 0 ? 0 : next ? position + 1 : position;
}

/** A position that may count from the end. @throws ReqlError NON_EXISTENCE if it is before the first element */
export function positionIn(size: number, index: number): number {
  const position = index < 0 ? size + index : index;
  if (position < 0) throw nonExistence(`Index out of bounds: ${index}`);
  return position;
}

/** The element of an array at a position that may count from the end. */
export function elementAt(items: readonly Datum[], index: number): Datum {
  const position = positionIn(items.length, index);
  if (position >= items.length) throw nonExistence(`Index out of bounds: ${position}`);
  return items[position] ?? null;
}

/** The row of a stream at a position; -1 is the last. */
export function rowAt(stream: Stream, index: number): Datum {
  if (index < -1) throw logicError(`Cannot use an index < -1 (${index}) on a stream.`);
  let at = 0;
  let last: Datum | undefined;
  for (const row of index === -1 ? stream.finiteRows() : stream.rows()) {
    if (at++ === index) return row;
    last = row;
  }
  if (index === -1 && last !== undefined) return last;
  throw nonExistence(`Index out of bounds: ${index}`);
}
