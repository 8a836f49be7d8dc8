import r from 'rethinkdb';
import { RAW } from './row-text.mjs';

/** Who serves now: its rows belong to no other database. */
const LEFT_OUT = ['nodes'];

/** `embedded` or the name and version of the server: functions of one cannot be read by the other. */
export async function engineOf(connection) {
  const version = r.db('rethinkdb').table('server_status').nth(0)('process')('version');
  // Only an administrator may ask; without an answer no function is copied.
  const text = await version.run(connection).catch(() => 'unknown');
  return text.split(' (')[0];
}

/** The tables of the connection's database: name, primary key, indexes and write hook. */
export async function describeTables(connection) {
  const names = await r.tableList().run(connection);
  return Promise.all(
    names
      .filter((name) => !LEFT_OUT.includes(name))
      .sort()
      .map((name) => describe(connection, name)),
  );
}

async function describe(connection, name) {
  const table = r.table(name);
  const primaryKey = await table.info()('primary_key').run(connection);
  const indexes = await table
    .indexStatus()
    .pluck('index', 'multi', 'geo', 'function', 'query')
    .run(connection, RAW);
  const writeHook = await table.getWriteHook().run(connection, RAW);
  return { name, primaryKey, indexes, writeHook };
}

/** The rows of a table in the order of their primary keys, one at a time. */
export async function* rowsOf(connection, { name, primaryKey }) {
  const cursor = await r.table(name).orderBy({ index: primaryKey }).run(connection, RAW);
  try {
    for (;;) yield await cursor.next();
  } catch (error) {
    if (!/^No more rows/.test(error.msg)) throw error;
  } finally {
    await cursor.close().catch(() => {});
  }
}
