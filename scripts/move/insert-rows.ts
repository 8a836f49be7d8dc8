import { type DriverConnection, keepStored, r } from '../../server/database/connection/reql.js';
import { batchesOf, type RowBatch } from './batches.js';
import { CommandError } from './command-error.js';

/** Concurrent batches, so that the database does not wait for the next one. */
const MAX_BATCHES_IN_FLIGHT = 3;
/** An array in a row may be longer than RethinkDB's default limit of 100,000. */
const ARRAY_LIMIT = 10_000_000;

export interface InsertOptions {
  /** Whether rows of the file replace stored rows with the same key. Otherwise the stored rows remain. */
  overwrite: boolean;
  /** Called with the number of rows of a batch that was inserted. */
  onRows(rows: number): void;
}

/**
 * Inserts the rows of a file into its tables. Can be repeated after a failure. Write hooks are not applied, because
 * they would change the rows.
 * @returns the number of rows written, by the table's name
 */
export async function insertRows(
  connection: DriverConnection,
  file: string,
  { overwrite, onRows }: InsertOptions,
): Promise<Map<string, number>> {
  const written = new Map<string, number>();
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const batch of batchesOf(file)) {
    if (inFlight.size === MAX_BATCHES_IN_FLIGHT) await Promise.race(inFlight);
    if (failures.length > 0) break;
    const inserting = insert(connection, batch, overwrite)
      .then((rows) => {
        written.set(batch.table, (written.get(batch.table) ?? 0) + rows);
        onRows(batch.texts.length);
      })
      .catch((error) => void failures.push(error))
      .finally(() => inFlight.delete(inserting));
    inFlight.add(inserting);
  }
  await Promise.all(inFlight);
  if (failures.length > 0) throw failures[0];
  for (const table of written.keys()) await r.table(table).sync().run(connection);
  return written;
}

/** Soft durability, for speed: after a power failure, importing again writes the lost rows. */
async function insert(
  connection: DriverConnection,
  { table, texts }: RowBatch,
  overwrite: boolean,
): Promise<number> {
  const options = {
    conflict: overwrite ? 'replace' : keepStored,
    ignoreWriteHook: true,
    durability: 'soft',
  } as const;
  const rows = r.json(`[${texts.join(',')}]`);
  const result = await r.table(table).insert(rows, options).run(connection, { arrayLimit: ARRAY_LIMIT });
  if (result.errors > 0)
    throw new CommandError(`The database refused a row of ${table}: ${result.first_error}`);
  return result.inserted + result.replaced;
}
