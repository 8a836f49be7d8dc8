import type { Datum } from '../datum/datum.js';
import { compare } from '../datum/order.js';
import { nonExistence, ReqlError } from '../datum/reql-error.js';
import { asNumber, finite } from '../datum/type-checks.js';
import type { RowFunction } from '../runtime/row-function.js';
import type { Stream } from '../runtime/stream.js';

export function count(stream: Stream): number {
  let size = 0;
  for (const _ of stream.finiteRows()) size++;
  return size;
}

/** The sum of the rows that have the field. */
export function sum(stream: Stream, by?: RowFunction): number {
  let total = 0;
  for (const [, value] of evaluated(stream, by, asNumber)) total += value;
  return finite(total);
}

export function average(stream: Stream, by?: RowFunction): number {
  let total = 0;
  let size = 0;
  for (const [, value] of evaluated(stream, by, asNumber)) {
    total += value;
    size++;
  }
  if (size === 0) {
    throw nonExistence(
      'Cannot take the average of an empty stream.  (If you passed `avg` a field name, ' +
        'it may be that no elements of the stream had that field.)',
    );
  }
  return finite(total / size);
}

/** The first row with the smallest or largest value. */
export function extreme(stream: Stream, name: 'min' | 'max', by?: RowFunction): Datum {
  let best: readonly [row: Datum, value: Datum] | undefined;
  for (const candidate of evaluated(stream, by, (value) => value)) {
    const order = best === undefined ? 0 : compare(candidate[1], best[1]);
    if (best === undefined || (name === 'min' ? order < 0 : order > 0)) best = candidate;
  }
  if (best !== undefined) return best[0];
  throw nonExistence(
    `Cannot take the ${name} of an empty stream.  (If you passed \`${name}\` a field name, ` +
      'it may be that no elements of the stream had that field.)',
  );
}

/** Whether no row has the aggregated field. */
export function lacksValues(stream: Stream, by?: RowFunction): boolean {
  for (const _ of evaluated(stream, by, (value) => value)) return false;
  return true;
}

function* evaluated<T>(
  stream: Stream,
  by: RowFunction | undefined,
  convert: (value: Datum) => T,
): Iterable<readonly [row: Datum, value: T]> {
  for (const row of stream.finiteRows()) {
    let value: T;
    try {
      value = convert(by === undefined ? row : by.datum(row));
    } catch (error) {
      if (error instanceof ReqlError && error.kind === 'NON_EXISTENCE') continue;
      throw error;
    }
    yield [row, value];
  }
}

export function reduce(stream: Stream, f: RowFunction): Datum {
  let result: Datum | undefined;
  for (const row of stream.finiteRows()) result = result === undefined ? row : f.datum(result, row);
  if (result === undefined) throw f.blame(nonExistence('Cannot reduce over an empty stream.'));
  return result;
}

/** Whether each wanted value equals, and each test accepts, an element of its own. */
export function contains(stream: Stream, wanted: readonly ((row: Datum) => boolean)[]): boolean {
  const missing = [...wanted];
  for (const row of stream.finiteRows()) {
    const found = missing.findIndex((test) => test(row));
    if (found >= 0) missing.splice(found, 1);
    if (missing.length === 0) return true;
  }
  return false;
}
