import r from 'rethinkdb';
import { batchesOf } from './batches.mjs';
import { RAW, rowText } from './row-text.mjs';
import { RowsHash } from './rows-hash.mjs';
import { rowsOf } from './tables.mjs';

/** Count and hash of a table as the database has it now. */
export async function hashTable(connection, table, onRow) {
  const rows = new RowsHash();
  for await (const row of rowsOf(connection, table)) {
    rows.add(rowText(row));
    onRow();
  }
  return rows;
}

/**
 * For tables that do not have the file's hash: which of the file's rows the database lacks or has otherwise.
 * @param tables with `name` and `primaryKey`
 * @returns Map of the table's name to {missing, different}, in rows
 */
export async function compareRows(connection, file, tables) {
  const found = new Map(tables.map(({ name }) => [name, { missing: 0, different: 0 }]));
  for await (const { table, texts } of batchesOf(file)) {
    const tally = found.get(table);
    if (tally === undefined) continue;
    const { primaryKey } = tables.find(({ name }) => name === table);
    const keys = texts.map((text) => rowText(JSON.parse(text)[primaryKey]));
    const present = await rowsByKey(connection, table, primaryKey, keys);
    for (const [i, key] of keys.entries()) {
      if (!present.has(key)) tally.missing += 1;
      else if (present.get(key) !== texts[i]) tally.different += 1;
    }
  }
  return found;
}

async function rowsByKey(connection, table, primaryKey, keys) {
  const cursor = await r
    .table(table)
    .getAll(r.args(r.json(`[${keys.join(',')}]`)))
    .run(connection, RAW);
  const rows = await cursor.toArray();
  return new Map(rows.map((row) => [rowText(row[primaryKey]), rowText(row)]));
}
