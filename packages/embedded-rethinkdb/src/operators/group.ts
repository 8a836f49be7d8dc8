import type { Datum } from '../datum/datum.js';
import { identity } from '../datum/datum-set.js';
import { compare } from '../datum/order.js';
import { logicError, ReqlError, resourceLimit } from '../datum/reql-error.js';
import { type Group, Grouped } from '../runtime/grouped.js';
import type { Limits } from '../runtime/limits.js';
import type { RowFunction } from '../runtime/row-function.js';

/** A row and, if rows are grouped by an index, its index value. */
export interface GroupableRow {
  readonly row: Datum;
  readonly indexValue?: Datum;
}

/** Groups rows by the values of functions. With `multi`, each element of an array is a group. */
export function groupRows(
  rows: Iterable<GroupableRow>,
  functions: readonly RowFunction[],
  multi: boolean,
  limits: Limits,
): Grouped {
  const groups = new Map<string, { group: Datum; reduction: Datum[] }>();
  for (const { row, indexValue } of rows) {
    const parts = functions.map((f) => valueOrNull(f, row));
    if (indexValue !== undefined) parts.push(indexValue);
    if (parts.length === 0) throw logicError('Cannot group by nothing.');
    for (const names of multi ? combinations(parts) : [parts]) {
      const group = names.length === 1 ? (names[0] ?? null) : names;
      const key = identity(group);
      const present = groups.get(key);
      if (present) present.reduction.push(row);
      else groups.set(key, { group, reduction: [row] });
    }
    if (groups.size > limits.arraySize) throw resourceLimit(`Too many groups (> ${limits.arraySize}).`);
  }
  const sorted: Group[] = [...groups.values()].sort((a, b) => compare(a.group, b.group));
  return new Grouped(sorted, true);
}

function valueOrNull(f: RowFunction, row: Datum): Datum {
  try {
    return f.datum(row);
  } catch (error) {
    if (error instanceof ReqlError && error.kind === 'NON_EXISTENCE') return null;
    throw error;
  }
}

function combinations(parts: readonly Datum[]): Datum[][] {
  let all: Datum[][] = [[]];
  for (const part of parts) {
    const choices = Array.isArray(part) && part.length > 0 ? part : [Array.isArray(part) ? null : part];
    all = all.flatMap((chosen) => choices.map((choice) => [...chosen, choice]));
  }
  return all;
}
