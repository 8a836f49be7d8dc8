import type { Datum, DatumObject } from '../datum/datum.js';
import { expected } from '../datum/type-checks.js';
import { merge } from '../operators/documents.js';
import type { Limits } from '../runtime/limits.js';
import { type RowFunction, toDatum } from '../runtime/row-function.js';
import type { Table } from '../storage/table.js';
import type { WriteOptions } from './options.js';
import { Statistics } from './statistics.js';
import { writeRow } from './write-row.js';

/** Computes the new row; null deletes it. */
export type Replacement = (old: DatumObject | null) => Datum;

/** Replaces the rows with these keys, one after the other. */
export function replaceRows(
  table: Table,
  keys: Iterable<Datum>,
  replacement: Replacement,
  options: WriteOptions,
  limits: Limits,
): DatumObject {
  const statistics = new Statistics(limits, options.returnChanges !== 'none');
  // Reads all keys before the first write: a row must not be found again after a write has moved it.
  for (const key of [...keys]) writeRow(table, key, replacement, options, statistics);
  return statistics.toDatum();
}

/** `replace(f)` */
export function replacementBy(change: RowFunction): Replacement {
  return (old) => toDatum(change.call([old]));
}

/**
 * `update(f)`: merges the result of the function into the row; null keeps the row. The function itself is evaluated for
 * each row. A missing row is skipped, but is an error for a change that is not atomic.
 */
export function updateBy(change: () => RowFunction, isAtomic: boolean): Replacement {
  return (old) => {
    if (old === null) {
      if (isAtomic) return null;
      throw expected('OBJECT', old);
    }
    const news = toDatum(change().call([old], true));
    return news === null ? old : merge(old, news);
  };
}

export const deletion: Replacement = () => null;
