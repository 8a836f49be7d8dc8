import type { Datum } from '../datum/datum.js';
import { logicError, ReqlError } from '../datum/reql-error.js';
import { asObject } from '../datum/type-checks.js';
import { type RowFunction, toDatum } from '../runtime/row-function.js';
import { Stream } from '../runtime/stream.js';
import { type AnyTable, findIndex } from '../runtime/table-slice.js';
import { merge } from './documents.js';
import { getAll } from './get-all.js';

/** Pairs of rows of both sequences that the predicate accepts. `outer`: also left rows without a match. */
export function join(
  left: Stream,
  right: () => Stream,
  accepts: (left: Datum, right: Datum) => boolean,
  outer: boolean,
): Stream {
  return new Stream(
    function* (): Iterable<Datum> {
      for (const row of left.rows()) {
        let found = false;
        for (const other of right().rows()) {
          if (!accepts(row, other)) continue;
          found = true;
          yield { left: row, right: other };
        }
        if (outer && !found) yield { left: row };
      }
    },
    {
      array: left.isArray,
      infinite: left.isInfinite,
      noChanges: 'Cannot call `changes` after `concat_map`.',
    },
  );
}

/** Pairs of each row and the table's rows whose key or index value equals the result of the function for it. */
export function equalityJoin(left: Stream, by: RowFunction, table: AnyTable, index: string): Stream {
  findIndex(table, index);
  return new Stream(
    function* () {
      for (const row of left.rows()) {
        const key = keyOf(by, row);
        if (key === undefined) continue;
        for (const other of getAll(table, index, [key]).stream.rows()) yield { left: row, right: other };
      }
    },
    { array: left.isArray, infinite: left.isInfinite },
  );
}

/** Undefined for a row without the joined field: it has no match. */
function keyOf(by: RowFunction, row: Datum): Datum | undefined {
  try {
    return toDatum(by.call([row])) ?? undefined;
  } catch (error) {
    if (error instanceof ReqlError && error.kind === 'NON_EXISTENCE') return undefined;
    throw error;
  }
}

/** `{left, right}` as one object. */
export function zipPair(pair: Datum): Datum {
  const { left, right } = asObject(pair);
  if (left === undefined) throw logicError('ZIP can only be called on the result of a join.');
  return right === undefined ? left : merge(left, right);
}
