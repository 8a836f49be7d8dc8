import r from 'rethinkdb';
import { MoveError } from './move-error.mjs';
import { describeTables } from './tables.mjs';

/**
 * Makes what is missing of database, tables, indexes and write hooks: the chat's own as the server makes them, others
 * by copying their functions, if `sameEngine`. What is there already stays as it is.
 * @param tables of the file
 * @returns what could not be made, in lines for a person to read
 */
export async function restoreTables(connection, tables, sameEngine) {
  const { createSchema } = await serversSchema();
  await createSchema(connection, connection.db);
  const present = new Map((await describeTables(connection)).map((table) => [table.name, table]));
  refuseOtherKeys(tables, present);
  const left = [];
  for (const table of tables) {
    const { name, primaryKey } = table;
    if (!present.has(name)) await r.tableCreate(name, { primaryKey }).run(connection);
    await r.table(name).wait({ waitFor: 'ready_for_writes', timeout: 10 }).run(connection);
    const { indexes = [], writeHook = null } = present.get(name) ?? {};
    const missing = table.indexes.filter(({ index }) => !indexes.some((other) => other.index === index));
    for (const index of missing) {
      const made = sameEngine && (await restoreIndex(connection, name, index));
      if (!made)
        left.push(`The index ${index.index} of ${name} was not moved. It was made by ${index.query}`);
    }
    if (table.writeHook === null || writeHook !== null) continue;
    const made = sameEngine && (await restoreHook(connection, name, table.writeHook));
    if (!made) left.push(`The write hook of ${name} was not moved. It was made by ${table.writeHook.query}`);
  }
  return left;
}

/** Rows do not go into a table with another primary key: said before any row is written. */
function refuseOtherKeys(tables, present) {
  for (const { name, primaryKey } of tables) {
    const key = present.get(name)?.primaryKey ?? primaryKey;
    if (key === primaryKey) continue;
    throw new MoveError(
      `The table ${name} has the primary key ${key} in the database, and ${primaryKey} in the file.`,
    );
  }
}

function restoreIndex(connection, name, { index, function: stored, multi, geo }) {
  const create = r.table(name).indexCreate(index, functionOf(stored), { multi, geo });
  return accepted(create.run(connection));
}

function restoreHook(connection, name, { function: stored }) {
  return accepted(r.table(name).setWriteHook(functionOf(stored)).run(connection));
}

function functionOf(binary) {
  return r.binary(Buffer.from(binary.data, 'base64'));
}

/** False if the database refuses: a server need not read the functions of all other versions. */
async function accepted(running) {
  try {
    await running;
    return true;
  } catch (error) {
    if (/^Reql(Query|OpFailed|NonExistence|Internal)/.test(error.name)) return false;
    throw error;
  }
}

function serversSchema() {
  return import(new URL('../../dist/server/database/schema/schema.js', import.meta.url)).catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new MoveError('Changeroom is not built yet: npm run build');
  });
}
