import { type DriverConnection, r } from '../../server/database/connection/reql.js';
import type { RawBinary } from '../../server/database/connection/reql-types.js';
import { RAW, type RawRow } from './canonical-row.js';

/** A function as the database stores it. */
export type StoredFunction = RawBinary;

export interface TableDescription {
  name: string;
  primaryKey: string;
  indexes: IndexDescription[];
  writeHook: HookDescription | null;
}

/** `query` is the ReQL text that made the index. */
export interface IndexDescription {
  index: string;
  multi: boolean;
  geo: boolean;
  function: StoredFunction;
  query: string;
}

export interface HookDescription {
  function: StoredFunction;
  query: string;
}

/** The running processes have no meaning in another database; logins must not leave this one. */
const EXCLUDED_TABLES: readonly string[] = ['nodes', 'sessions'];

/** `embedded`, or name and version of the server: one cannot read the stored functions of the other. */
export async function engineOf(connection: DriverConnection): Promise<string> {
  const version = r.db('rethinkdb').table('server_status').nth(0)('process')('version');
  // Other users than an administrator have no permission. Without an answer, no function is copied.
  const text = await version.run(connection).catch(() => 'unknown');
  return text.replace(/ \(.*/s, '');
}

/** The tables of the connection's database. */
export async function describeTables(connection: DriverConnection): Promise<TableDescription[]> {
  const names = await r.tableList().run(connection);
  return Promise.all(
    names
      .filter((name) => !EXCLUDED_TABLES.includes(name))
      .sort()
      .map((name) => describe(connection, name)),
  );
}

async function describe(connection: DriverConnection, name: string): Promise<TableDescription> {
  const table = r.table(name);
  const primaryKey = await table.info()('primary_key').run(connection);
  const indexes = await table
    .indexStatus()
    .pluck('index', 'multi', 'geo', 'function', 'query')
    .run(connection, RAW);
  const writeHook = await table.getWriteHook().run(connection, RAW);
  return { name, primaryKey, indexes, writeHook };
}

/** The rows of a table in the order of their primary keys. */
export async function* rowsOf(
  connection: DriverConnection,
  { name, primaryKey }: Pick<TableDescription, 'name' | 'primaryKey'>,
): AsyncGenerator<RawRow> {
  const cursor = await r.table<RawRow>(name).orderBy({ index: primaryKey }).run(connection, RAW);
  try {
    for (;;) yield await cursor.next();
  } catch (error) {
    if (!/^No more rows/.test((error as { msg?: string }).msg ?? '')) throw error;
  } finally {
    await cursor.close().catch(() => {});
  }
}
