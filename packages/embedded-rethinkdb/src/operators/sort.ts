import type { Datum } from '../datum/datum.js';
import { compare } from '../datum/order.js';
import { logicError, ReqlError } from '../datum/reql-error.js';
import { checkArraySize, type Limits } from '../runtime/limits.js';
import type { RowFunction } from '../runtime/row-function.js';
import { Stream } from '../runtime/stream.js';
import type { TableSlice } from '../runtime/table-slice.js';

/** One key of `orderBy`. */
export interface SortKey {
  readonly by: RowFunction;
  readonly descending: boolean;
}

interface Keyed {
  readonly row: Datum;
  /** Undefined if the row does not have the sorted field: it comes first. */
  readonly values: readonly (Datum | undefined)[];
}

/** All rows of a stream, sorted, as a stream of an array. */
export function sortedStream(stream: Stream, keys: readonly SortKey[], limits: Limits): Stream {
  if (keys.length === 0) throw logicError('Must specify something to order by.');
  return Stream.ofArray(sortRows(collect(stream, limits), keys));
}

function collect(stream: Stream, limits: Limits): Datum[] {
  const rows: Datum[] = [];
  for (const row of stream.finiteRows()) {
    rows.push(row);
    if (rows.length > limits.arraySize) checkArraySize(rows.length, limits);
  }
  return rows;
}

/** Sorts by an index first, and rows with the same index value by further keys. */
export function sortedWithinIndex(slice: TableSlice, keys: readonly SortKey[], limits: Limits): Stream {
  return new Stream(function* () {
    let same: Datum[] = [];
    let last: Datum | undefined;
    for (const { value, doc } of slice.entries()) {
      if (last !== undefined && compare(last, value) !== 0) {
        yield* sortRows(same, keys);
        same = [];
      }
      last = value;
      same.push(doc);
      checkArraySize(same.length, limits);
    }
    yield* sortRows(same, keys);
  });
}

function sortRows(rows: readonly Datum[], keys: readonly SortKey[]): Datum[] {
  // As on RethinkDB, an error of a key occurs only if there are rows to compare.
  if (rows.length < 2) return [...rows];
  const keyed = rows.map((row) => ({ row, values: keys.map(({ by }) => sortValue(by, row)) }));
  return keyed.sort((a, b) => compareKeyed(a, b, keys)).map(({ row }) => row);
}

export function compareKeyed(a: Keyed, b: Keyed, keys: readonly SortKey[]): number {
  for (let i = 0; i < keys.length; i++) {
    const order = compareMissingFirst(a.values[i], b.values[i]);
    if (order !== 0) return keys[i]?.descending ? -order : order;
  }
  return 0;
}

export function keyedRow(row: Datum, keys: readonly SortKey[]): Keyed {
  return { row, values: keys.map(({ by }) => sortValue(by, row)) };
}

function compareMissingFirst(a: Datum | undefined, b: Datum | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compare(a, b);
}

function sortValue(by: RowFunction, row: Datum): Datum | undefined {
  try {
    return by.datum(row);
  } catch (error) {
    if (error instanceof ReqlError && error.kind === 'NON_EXISTENCE') return undefined;
    throw error;
  }
}
