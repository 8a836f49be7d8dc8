import rethinkdb from 'rethinkdb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../server/database/connection/database.js';
import { r } from '../../server/database/connection/reql.js';
import type { RoomRow } from '../../server/database/schema/rows.js';
import { ROOMS } from '../../server/database/schema/tables.js';
import { RowCache } from '../../server/database/tables/row-cache.js';
import { createLog } from '../../server/telemetry/logger.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { chatDatabase } from '../support/stack.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

interface Room {
  name: string;
  topic: string;
}

const CAPACITY = 50;
const log = createLog({ log: 'silent' });
let on: TestDatabase;
let line: TcpProxy;
let database: Database;
let cache: RowCache<RoomRow, Room, 'name' | 'name_key' | 'listed_name' | 'listed_created'>;
let driver: rethinkdb.Connection;
let changes: [Room | null, Room | null][];

beforeEach(async () => {
  on = await openDatabase();
  line = await startTcpProxy(on.port);
  database = chatDatabase(on.at(line.port), { heartbeatMs: 200, queryTimeoutMs: 2_000 });
  database.start();
  await database.ready(30_000);
  driver = await on.connect();
  cache = new RowCache(
    database,
    {
      table: ROOMS,
      capacity: CAPACITY,
      parse: ({ id, name = id, topic = '' }) => ({ name: String(name), topic: String(topic) }),
      keyOf: ({ name }) => name,
      select: (table, names) => table.getAll(r.args(names), { index: 'name' }),
    },
    log,
  );
  changes = [];
  cache.on('changed', (before, after) => changes.push([before, after]));
  await until('the changefeed is open', () => cache.isFollowing);
});
afterEach(async () => {
  cache.close();
  await database.stop();
  await line.stop();
  await on.stop();
});

const rooms = () => rethinkdb.table('rooms');

describe('a row cache', () => {
  test('the cache reads a row once and holds no more keys than its capacity, absent rows included', async () => {
    await rooms().insert({ id: 'tea', topic: 'green' }).run(driver);
    expect(await cache.get('tea')).toEqual({ name: 'tea', topic: 'green' });
    const names = Array.from({ length: 20 * CAPACITY }, (_, i) => `absent ${i}`);
    expect((await cache.getMany([...names, 'tea'])).size).toBe(1);
    expect(cache.size).toBe(CAPACITY);
  });

  test('the cache drops a row that any driver changes, and also reports changes of rows that are not cached', async () => {
    await rooms().insert({ id: 'tea', topic: 'green' }).run(driver);
    await cache.get('tea');
    await rooms().get('tea').update({ topic: 'black' }).run(driver);
    await until('the new topic', async () => (await cache.get('tea'))?.topic === 'black');
    await rooms().get('tea').delete().run(driver);
    await until('the row is gone', async () => (await cache.get('tea')) === undefined);
    await rooms().insert({ id: 'never asked for' }).run(driver);
    await until('the new row is reported', () => changes.at(-1)?.[1]?.name === 'never asked for');
  });

  test('the cache drops the old key when the key of a row changes', async () => {
    await rooms().insert({ id: 'key', name: 'old name' }).run(driver);
    expect(await cache.get('old name')).toBeDefined();
    expect(await cache.get('new name')).toBeUndefined();
    await rooms().get('key').update({ name: 'new name' }).run(driver);
    await until('the new name', () => cache.get('new name'));
    expect(await cache.get('old name')).toBeUndefined();
    expect(changes.slice(-2)).toEqual([
      [{ name: 'old name', topic: '' }, null],
      [null, { name: 'new name', topic: '' }],
    ]);
  });

  test('the cache reads a row again that changes while it is being read', async () => {
    await rooms().insert({ id: 'tea', topic: 'green' }).run(driver);
    await until('the row is reported', () => changes.length === 1);
    const held = line.holdAnswersTo('"tea"');
    const reading = cache.get('tea');
    const release = await held;
    await rooms().get('tea').update({ topic: 'black' }).run(driver);
    await until('the change is reported', () => changes.length === 2);
    release();
    expect(await reading).toEqual({ name: 'tea', topic: 'black' });
  });

  test('the cache reports cached rows that changed during an interruption when it has ended', async () => {
    await rooms().insert({ id: 'tea', topic: 'green' }).run(driver);
    await cache.get('tea');
    let isResynchronised = false;
    cache.on('resynchronised', () => {
      isResynchronised = true;
    });
    line.cut();
    await until('the changefeed is interrupted', () => !cache.isFollowing);
    changes = [];
    await rooms().get('tea').update({ topic: 'black' }).run(driver);
    line.mend();
    await until('the cache has caught up', () => isResynchronised);
    expect(changes).toEqual([
      [
        { name: 'tea', topic: 'green' },
        { name: 'tea', topic: 'black' },
      ],
    ]);
    expect(await cache.get('tea')).toEqual({ name: 'tea', topic: 'black' });
  });

  test('during an outage the cache returns cached rows, and fails for other keys', async () => {
    await rooms().insert({ id: 'tea', topic: 'green' }).run(driver);
    await cache.get('tea');
    line.cut();
    await until('the changefeed is interrupted', () => !cache.isFollowing);
    expect(await cache.get('tea')).toEqual({ name: 'tea', topic: 'green' });
    await expect(cache.get('unknown')).rejects.toMatchObject({ code: 'database-unavailable' });
  });
});
