import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Table } from '../storage/table.js';
import type { Datum } from '../values/datum.js';
import { compare } from '../values/order.js';
import { logicError } from '../values/reql-error.js';
import { refuseZeroBytes } from './primary-key.js';
import { Selection } from './selection.js';
import { Stream } from './stream.js';
import { SystemTable } from './system-table.js';
import { type AnyTable, findIndex } from './table-slice.js';

/** The rows with any of these keys; a key given twice gives its rows twice. */
export function getAll(table: AnyTable, indexName: string, keys: readonly Datum[]): Selection {
  const index = findIndex(table, indexName);
  if (index?.geo) {
    throw logicError(
      `Index \`${indexName}\` is a geospatial index.  Only get_nearest and get_intersecting can use a geospatial index.`,
    );
  }
  if (index === null) for (const key of keys) refuseZeroBytes(key);
  const sorted = [...keys].sort(compare);
  if (table instanceof SystemTable)
    return new Selection(table, new Stream(() => byPrimaryKey(table, sorted)));
  const read = () => (index === null ? byPrimaryKey(table, sorted) : byIndex(table, index, sorted));
  return new Selection(
    table,
    new Stream(read, { feed: { kind: 'range', table, index, bounds: {}, keys: sorted, order: 'none' } }),
  );
}

function* byPrimaryKey(table: AnyTable, keys: readonly Datum[]): Iterable<Datum> {
  for (const key of keys) {
    const row = table.get(key);
    if (row !== null) yield row;
  }
}

function* byIndex(table: Table, index: SecondaryIndex, keys: readonly Datum[]): Iterable<Datum> {
  for (const key of keys) yield* table.getAllIndex(index, key);
}
