import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startEmbedded } from '../src/index.js';
import { r } from './support/driver.js';
import { startTestServer } from './support/start.js';

test('a database in memory serves documents, indexes and changefeeds, and grows', async () => {
  const server = await startTestServer({ memory: true });
  const connection = await server.connect();
  await r.tableCreate('t').run(connection);
  await r.table('t').indexCreate('n').run(connection);
  const feed = await r.table('t').changes().run(connection);
  const rows = Array.from({ length: 200 }, (_, n) => ({ id: n, n: n % 10, text: 'x'.repeat(50_000) }));
  for (let i = 0; i < rows.length; i += 20)
    await r
      .table('t')
      .insert(rows.slice(i, i + 20))
      .run(connection);
  expect(await r.table('t').getAll(3, { index: 'n' }).count().run(connection)).toBe(20);
  expect(await feed.next()).toMatchObject({ old_val: null });
  await server.stop();
  expect(server.faults).toEqual([]);
});

test('two databases in memory are independent of each other', async () => {
  const [one, two] = await Promise.all([
    startTestServer({ memory: true }),
    startTestServer({ memory: true }),
  ]);
  await r.dbCreate('own').run(await one.connect());
  expect(await r.dbList().run(await two.connect())).toEqual(['rethinkdb', 'test']);
  await Promise.all([one.stop(), two.stop()]);
});

test('a database in memory can be dumped', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'embedded-memory-'));
  const database = await startEmbedded({ memory: true });
  const connection = await r.connect({ port: database.port });
  await r.tableCreate('t').run(connection);
  await r
    .table('t')
    .insert([{ id: 1 }, { id: 2 }])
    .run(connection);
  await connection.close();
  expect(await database.dump(path.join(directory, 'dump.gz'))).toEqual({ tables: 1, documents: 2 });
  await database.stop();
  await rm(directory, { recursive: true, force: true });
});

test.each([
  [{}, 'directory'],
  [{ directory: '' }, 'directory'],
  [{ directory: 'd', memory: true }, 'directory'],
  [{ memory: true, port: 70_000 }, 'port must be a number from 0 to 65535'],
  [{ memory: true, port: 1.5 }, 'port'],
  [{ memory: true, dataLimitBytes: -1 }, 'dataLimitBytes'],
  [{ memory: true, socketPath: `/${'x'.repeat(200)}` }, 'socketPath must be a path of at most 103 bytes'],
])('the options %j are refused with a message that names the option', async (options, message) => {
  await expect(startEmbedded(options)).rejects.toMatchObject({
    code: 'embedded-option-invalid',
    message: expect.stringContaining(message),
  });
});
