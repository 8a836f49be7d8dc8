import r from 'rethinkdb';
import { batchesOf } from './batches.mjs';
import { MoveError } from './move-error.mjs';

/** Batches on their way at once: the database need not wait for the next one. */
const IN_FLIGHT = 3;
/** An array in a row may be longer than RethinkDB's default of 100,000. */
const ARRAY_LIMIT = 10_000_000;

/**
 * Puts the file's rows into the tables. Rows that are there already stay as they are, or become the file's if
 * `overwrite`: either way it can be done again. Write hooks are passed by, since they would change rows.
 * @param onRows called with the table's name and the number of rows that are done
 * @returns Map of the table's name to the number of rows written
 */
export async function insertRows(connection, file, { overwrite, onRows }) {
  const written = new Map();
  const inFlight = new Set();
  let failure = null;
  for await (const { table, texts } of batchesOf(file)) {
    if (inFlight.size === IN_FLIGHT) await Promise.race(inFlight);
    if (failure !== null) throw failure;
    const batch = insert(connection, table, texts, overwrite)
      .then((rows) => {
        written.set(table, (written.get(table) ?? 0) + rows);
        onRows(table, texts.length);
      })
      .catch((error) => {
        failure ??= error;
      })
      .finally(() => inFlight.delete(batch));
    inFlight.add(batch);
  }
  await Promise.all(inFlight);
  if (failure !== null) throw failure;
  for (const table of written.keys()) await r.table(table).sync().run(connection);
  return written;
}

/** Durability is soft, for speed: what a power failure takes is written by the next attempt. */
async function insert(connection, table, texts, overwrite) {
  const options = {
    conflict: overwrite ? 'replace' : (_id, present, _row) => present,
    ignoreWriteHook: true,
    durability: 'soft',
  };
  const rows = r.json(`[${texts.join(',')}]`);
  const result = await r.table(table).insert(rows, options).run(connection, { arrayLimit: ARRAY_LIMIT });
  if (result.errors > 0) throw new MoveError(`The database refused a row of ${table}: ${result.first_error}`);
  return result.inserted + result.replaced;
}
