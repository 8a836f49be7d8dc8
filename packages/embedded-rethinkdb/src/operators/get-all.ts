import type { Datum } from '../datum/datum.js';
import { refuseZeroBytes } from '../datum/key-encoding.js';
import { compare } from '../datum/order.js';
import { logicError } from '../datum/reql-error.js';
import { Selection } from '../runtime/selection.js';
import { Stream } from '../runtime/stream.js';
import { type AnyTable, findIndex } from '../runtime/table-slice.js';
import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Table } from '../storage/table.js';
import { SystemTable } from '../system-tables/system-table.js';

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
