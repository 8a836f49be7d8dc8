import { type DriverConnection, r } from '../../server/database/connection/reql.js';
import { createSchema } from '../../server/database/schema/schema.js';
import { CommandError } from './command-error.js';
import {
  describeTables,
  type IndexDescription,
  type StoredFunction,
  type TableDescription,
} from './tables.js';

/**
 * Creates the missing database, tables, indexes and write hooks: those of Changeroom as the server creates them, others
 * by copying their functions, if `isSameEngine`. Existing ones are not changed.
 * @returns one line for each index and write hook that could not be created
 */
export async function restoreTables(
  connection: DriverConnection,
  db: string,
  tables: readonly TableDescription[],
  isSameEngine: boolean,
): Promise<string[]> {
  await createSchema(connection, db);
  const present = new Map((await describeTables(connection)).map((table) => [table.name, table]));
  checkPrimaryKeys(tables, present);
  const failures: string[] = [];
  for (const table of tables) {
    const { name, primaryKey } = table;
    if (!present.has(name)) await r.tableCreate(name, { primaryKey }).run(connection);
    await r.table(name).wait({ waitFor: 'ready_for_writes', timeout: 10 }).run(connection);
    const { indexes = [], writeHook = null } = present.get(name) ?? {};
    const missing = table.indexes.filter(({ index }) => !indexes.some((other) => other.index === index));
    for (const index of missing) {
      const isCreated = isSameEngine && (await createIndex(connection, name, index));
      if (!isCreated)
        failures.push(`The index ${index.index} of ${name} was not moved. It was made by ${index.query}`);
    }
    if (table.writeHook === null || writeHook !== null) continue;
    const isCreated = isSameEngine && (await setWriteHook(connection, name, table.writeHook.function));
    if (!isCreated)
      failures.push(`The write hook of ${name} was not moved. It was made by ${table.writeHook.query}`);
  }
  return failures;
}

/** Before any row is written: rows do not fit into a table with another primary key. */
function checkPrimaryKeys(
  tables: readonly TableDescription[],
  present: ReadonlyMap<string, TableDescription>,
): void {
  for (const { name, primaryKey } of tables) {
    const key = present.get(name)?.primaryKey ?? primaryKey;
    if (key === primaryKey) continue;
    throw new CommandError(
      `The table ${name} has the primary key ${key} in the database, and ${primaryKey} in the file.`,
    );
  }
}

function createIndex(
  connection: DriverConnection,
  table: string,
  { index, function: stored, multi, geo }: IndexDescription,
): Promise<boolean> {
  return isAccepted(r.table(table).indexCreate(index, binaryOf(stored), { multi, geo }).run(connection));
}

function setWriteHook(connection: DriverConnection, table: string, stored: StoredFunction): Promise<boolean> {
  return isAccepted(r.table(table).setWriteHook(binaryOf(stored)).run(connection));
}

function binaryOf({ data }: StoredFunction) {
  return r.binary(Buffer.from(data, 'base64'));
}

/** False if the database refuses the function: a server does not read functions of all other versions. */
async function isAccepted(query: Promise<unknown>): Promise<boolean> {
  try {
    await query;
    return true;
  } catch (error) {
    if (/^Reql(Query|OpFailed|NonExistence|Internal)/.test((error as Error).name)) return false;
    throw error;
  }
}
