// A database in memory for each test file: node --test examples/node-test.mjs
// With RETHINKDB_URL the same tests run on that RethinkDB server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startEmbedded } from 'embedded-rethinkdb';
import r from 'rethinkdb';

const table = `example_${process.pid}`;
let database;
let connection;

before(async () => {
  const url = process.env.RETHINKDB_URL;
  if (!url) database = await startEmbedded({ memory: true });
  const { hostname: host, port, username, password } = new URL(url ?? database.url);
  connection = await r.connect({
    host,
    port: Number(port || 28015),
    user: decodeURIComponent(username) || 'admin',
    password: decodeURIComponent(password),
  });
  await r.tableCreate(table).run(connection);
  await r.table(table).indexCreate('city').run(connection);
  await r.table(table).indexWait('city').run(connection);
});

after(async () => {
  await r.tableDrop(table).run(connection);
  await connection.close();
  await database?.stop();
});

test('an index finds documents', async () => {
  await r
    .table(table)
    .insert([{ city: 'Oslo' }, { city: 'Oslo' }, { city: 'Rome' }])
    .run(connection);
  assert.equal(await r.table(table).getAll('Oslo', { index: 'city' }).count().run(connection), 2);
});
