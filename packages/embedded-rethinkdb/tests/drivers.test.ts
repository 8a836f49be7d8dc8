import endex from 'endex';
import { r as rts } from 'rethinkdb-ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { r } from './support/driver.js';
import { startTestServer, type TestServer } from './support/start.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ password: 'a secret ✓' });
});
afterAll(() => server.stop());
afterEach(() => expect(server.faults).toEqual([]));

describe('the official driver', () => {
  test('the official driver authenticates, writes, reads in batches and follows a feed', async () => {
    const connection = await server.connect();
    await r.tableCreate('official').run(connection);
    const table = r.table('official');
    const feed = await table.changes().run(connection);
    const docs = Array.from({ length: 500 }, (_, id) => ({
      id,
      at: new Date(id),
      bytes: Buffer.from([id & 255]),
    }));
    expect(await table.insert(docs).run(connection)).toMatchObject({ inserted: 500, errors: 0 });
    const cursor = await table.orderBy({ index: 'id' }).run(connection, { maxBatchRows: 7 });
    expect(await cursor.toArray()).toEqual(docs);
    const seen = [];
    for (let i = 0; i < 500; i++) seen.push(await feed.next());
    expect(seen).toEqual(docs.map((doc) => ({ old_val: null, new_val: doc })));
    await feed.close();
    expect(await table.count().run(connection)).toBe(500);
  });

  test('the official driver gets the server info, waits for noreply writes and requests a profile', async () => {
    const connection = await server.connect();
    expect(await connection.server()).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'embedded',
      proxy: false,
    });
    await r.tableCreate('silent').run(connection);
    for (let id = 0; id < 20; id++) {
      void r.table('silent').insert({ id }).run(connection, { noreply: true });
    }
    await connection.noreplyWait();
    expect(await r.table('silent').count().run(connection)).toBe(20);
    expect(await r.expr(1).run(connection, { profile: true })).toEqual({ profile: [], value: 1 });
  });

  test('the official driver is refused with a wrong password or user, with the message of RethinkDB', async () => {
    const { host, port } = server;
    await expect(r.connect({ host, port, password: 'wrong' })).rejects.toMatchObject({
      name: 'ReqlAuthError',
      message: expect.stringContaining('Wrong password'),
    });
    await expect(r.connect({ host, port, user: 'eve', password: 'x' })).rejects.toMatchObject({
      name: 'ReqlAuthError',
      message: expect.stringContaining('Unknown user'),
    });
  });

  test('the official driver gets errors with their class and backtrace', async () => {
    const connection = await server.connect();
    await expect(r.table('nowhere').run(connection)).rejects.toMatchObject({
      name: 'ReqlOpFailedError',
      msg: 'Table `test.nowhere` does not exist.',
    });
    await expect(
      r
        .expr({ a: { b: 1 } })('a')('c')
        .run(connection),
    ).rejects.toMatchObject({
      name: 'ReqlNonExistenceError',
      message: expect.stringContaining('^^^'),
    });
  });
});

describe('rethinkdb-ts', () => {
  test('rethinkdb-ts works with a pool: writes, reads, feeds', async () => {
    const { host, port } = server;
    const pool = await rts.connectPool({
      servers: [{ host, port }],
      password: 'a secret ✓',
      silent: true,
      buffer: 2,
      max: 4,
    });
    try {
      await pool.waitForHealthy();
      await rts.tableCreate('typed').run();
      const feed = await rts.table('typed').changes({ includeInitial: true }).run();
      const inserts = Array.from({ length: 20 }, (_, id) => rts.table('typed').insert({ id }).run());
      await Promise.all(inserts);
      expect(await rts.table('typed').orderBy({ index: 'id' })('id').run()).toEqual([...Array(20).keys()]);
      const ids = new Set<number>();
      while (ids.size < 20) ids.add((await feed.next()).new_val!.id);
      await feed.close();
    } finally {
      await pool.drain();
    }
  });

  test('rethinkdb-ts works with a single connection', async () => {
    const { host, port } = server;
    const connection = await rts.connect({ host, port, password: 'a secret ✓', silent: true });
    expect(await connection.server()).toMatchObject({ name: 'embedded', proxy: false });
    expect(await rts.now().typeOf().run(connection)).toBe('PTYPE<TIME>');
    await connection.close();
  });
});

describe('endex', () => {
  test('endex creates missing tables and indexes, and nothing if all exist', async () => {
    const connection = await server.connect();
    const ensure = () =>
      endex
        .db('schema')
        .table('messages')
        .index('room_sent', [r.row('room'), r.row('sent')], {})
        .index('tags', r.row('tags'), { multi: true })
        .table('users')
        .run(connection);
    await ensure();
    await ensure();
    const db = r.db('schema');
    expect(await db.tableList().run(connection)).toEqual(['messages', 'users']);
    expect(await db.table('messages').indexList().run(connection)).toEqual(['room_sent', 'tags']);
    await db.table('messages').insert({ id: 1, room: 'a', sent: 2 }).run(connection);
    const found = await db.table('messages').getAll(['a', 2], { index: 'room_sent' }).run(connection);
    expect(await found.toArray()).toEqual([{ id: 1, room: 'a', sent: 2 }]);
  });
});
