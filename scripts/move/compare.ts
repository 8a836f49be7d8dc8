import { type DriverConnection, r } from '../../server/database/connection/reql.js';
import { batchesOf } from './batches.js';
import { canonicalText, RAW, type RawRow, type RawValue } from './canonical-row.js';
import { RowsHash } from './rows-hash.js';
import { rowsOf, type TableDescription } from './tables.js';

type TableKey = Pick<TableDescription, 'name' | 'primaryKey'>;

/** Numbers of rows of a file that a database does not have, or has with other values. */
export interface RowDifferences {
  missing: number;
  different: number;
}

/** Count and hash of a table in the database. */
export async function hashTable(
  connection: DriverConnection,
  table: TableKey,
  onRow: () => void,
): Promise<RowsHash> {
  const rows = new RowsHash();
  for await (const row of rowsOf(connection, table)) {
    rows.add(canonicalText(row));
    onRow();
  }
  return rows;
}

/** For tables whose hash is not that of the file: the differences, by the table's name. */
export async function compareRows(
  connection: DriverConnection,
  file: string,
  tables: readonly TableKey[],
): Promise<Map<string, RowDifferences>> {
  const found = new Map(tables.map(({ name }) => [name, { missing: 0, different: 0 }]));
  const primaryKeys = new Map(tables.map(({ name, primaryKey }) => [name, primaryKey]));
  for await (const { table, texts } of batchesOf(file)) {
    const differences = found.get(table);
    const primaryKey = primaryKeys.get(table);
    if (differences === undefined || primaryKey === undefined) continue;
    const keys = texts.map((text) => keyText(JSON.parse(text) as RawRow, primaryKey));
    const stored = await rowsByKey(connection, table, primaryKey, keys);
    for (const [i, key] of keys.entries()) {
      if (!stored.has(key)) differences.missing += 1;
      else if (stored.get(key) !== texts[i]) differences.different += 1;
    }
  }
  return found;
}

async function rowsByKey(
  connection: DriverConnection,
  table: string,
  primaryKey: string,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const cursor = await r
    .table<RawRow>(table)
    .getAll(r.args(r.json(`[${keys.join(',')}]`)))
    .run(connection, RAW);
  const rows = await cursor.toArray();
  return new Map(rows.map((row) => [keyText(row, primaryKey), canonicalText(row)]));
}

function keyText(row: RawRow, primaryKey: string): string {
  return canonicalText(row[primaryKey] as RawValue);
}
