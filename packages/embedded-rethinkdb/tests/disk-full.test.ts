import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { SpaceStatus } from '../src/index.js';
import { type ChildDatabase, killChild, startChildDatabase } from './support/child-database.js';
import { type Connection, r } from './support/driver.js';
import { mountSmallDisk, skipWithoutMount } from './support/small-disk.js';
import { startTestServer } from './support/start.js';
import { until } from './support/until.js';

const MEGABYTE = 1024 * 1024;
const RESERVE_BYTES = 2 * MEGABYTE;

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function smallDisk(megabytes: number) {
  const disk = mountSmallDisk(megabytes);
  cleanups.push(() => disk.unmount());
  return disk;
}

/** Writes rows one after the other until the database refuses one. */
async function writeUntilRefused(connection: Connection, prefix: string) {
  const acknowledged: string[] = [];
  for (let n = 0; n < 100_000; n++) {
    const id = `${prefix}-${n}`;
    const row = { id, n, text: 'x'.repeat((n % 7) * 900) };
    try {
      await r.table('t').insert(row, { durability: 'hard' }).run(connection);
    } catch (error) {
      return { acknowledged, error: error as Error & { msg: string } };
    }
    acknowledged.push(id);
  }
  throw new Error('the database never refused a row');
}

const countOf = (ids: readonly string[], connection: Connection): Promise<number> =>
  r.table('t').getAll(r.args(ids)).count().run(connection);

describe('an embedded database on a full disk', skipWithoutMount(), () => {
  test('a database on a full disk refuses writes, serves reads, and accepts writes again after space is freed', async () => {
    const disk = smallDisk(24);
    const states: SpaceStatus['state'][] = [];
    const server = await startTestServer({
      directory: path.join(disk.directory, 'data'),
      reserveBytes: RESERVE_BYTES,
      onSpace: ({ state }) => states.push(state),
    });
    cleanups.push(() => server.stop());
    const [writer, second, reader] = await Promise.all([
      server.connect(),
      server.connect(),
      server.connect(),
    ]);
    await r.tableCreate('t').run(writer);
    await r.table('t').indexCreate('n').run(writer);
    const seen: string[] = [];
    const feed = await r.table('t').changes().run(reader);
    feed.each((_error: unknown, change: { new_val: { id: string } | null }) => {
      if (change?.new_val) seen.push(change.new_val.id);
    });
    await disk.fill(8 * MEGABYTE);

    const [one, two] = await Promise.all([writeUntilRefused(writer, 'a'), writeUntilRefused(second, 'b')]);
    for (const { error, acknowledged } of [one, two]) {
      expect(error.name).toBe('ReqlResourceLimitError');
      expect(error.msg).toMatch(/^Storage full: [\d.]+ MB are free on the disk, 2\.0 MB are kept in reserve/);
      expect(error.msg).not.toContain(disk.directory);
      expect(acknowledged.length).toBeGreaterThan(0);
    }
    await until('the database says that it is full', () => states.at(-1) === 'full');
    const acknowledged = [...one.acknowledged, ...two.acknowledged];
    expect(await countOf(acknowledged, reader)).toBe(acknowledged.length);
    await until('the feed has shown every row', () => seen.length >= acknowledged.length);

    expect(await r.table('t').get(acknowledged[0]).delete().run(writer)).toMatchObject({ deleted: 1 });
    await disk.free();
    await until('the database says that it has room', () => states.at(-1) === 'ok');
    await r.table('t').insert({ id: 'later' }).run(writer);
    await until('the feed has shown the later row', () => seen.includes('later'));
    expect(await countOf(acknowledged.slice(1), reader)).toBe(acknowledged.length - 1);
    expect(await r.table('t').between(0, r.maxval, { index: 'n' }).count().run(reader)).toBe(
      acknowledged.length - 1,
    );
    expect(server.faults).toEqual([]);
  });

  test('a database on a full disk survives writes and deletes until not even a delete fits', async () => {
    const disk = smallDisk(16);
    const server = await startTestServer({
      directory: path.join(disk.directory, 'data'),
      reserveBytes: RESERVE_BYTES,
    });
    cleanups.push(() => server.stop());
    const connection = await server.connect();
    await r.tableCreate('t').run(connection);
    await r.table('t').indexCreate('n').run(connection);
    const { acknowledged } = await writeUntilRefused(connection, 'a');
    const kept = new Set(acknowledged);
    for (let leave = RESERVE_BYTES; leave > 0; leave -= MEGABYTE / 4) {
      await disk.free();
      await disk.fill(leave);
      for (const id of acknowledged.filter((one) => kept.has(one)).slice(0, 20)) {
        const result = await r
          .table('t')
          .get(id)
          .delete()
          .run(connection)
          .catch((error: Error) => error);
        if (result instanceof Error) expect(result.name).toBe('ReqlResourceLimitError');
        else kept.delete(id);
      }
      const write = r.table('t').insert({ id: `big-${leave}`, text: 'x'.repeat(2 * MEGABYTE) });
      await write.run(connection).catch((error: Error) => expect(error.name).toBe('ReqlResourceLimitError'));
    }
    expect(await countOf([...kept], connection)).toBe(kept.size);
    await disk.free();
    await r.table('t').insert({ id: 'later' }).run(connection);
    expect(server.faults).toEqual([]);
  });

  test('a database on a full disk keeps every acknowledged write if it is killed while the disk is full, and serves reads immediately', async () => {
    const disk = smallDisk(16);
    const directory = path.join(disk.directory, 'data');
    const child = await startChild(directory);
    const writer = await connect(child.port);
    await r.tableCreate('t').run(writer);
    const { acknowledged } = await writeUntilRefused(writer, 'a');
    await disk.fill(0);
    await killChild(child.process);

    const server = await startTestServer({ directory, reserveBytes: RESERVE_BYTES });
    cleanups.push(() => server.stop());
    const connection = await server.connect();
    expect(await countOf(acknowledged, connection)).toBe(acknowledged.length);
    await expect(r.table('t').insert({ id: 'refused' }).run(connection)).rejects.toMatchObject({
      name: 'ReqlResourceLimitError',
    });
    await disk.free();
    await r.table('t').get(acknowledged[0]).delete().run(connection);
  });

  test('a database on a full disk does not start in a new directory, with an error that names a solution', async () => {
    const disk = smallDisk(4);
    await disk.fill(100 * 1024);
    await expect(startTestServer({ directory: path.join(disk.directory, 'data') })).rejects.toMatchObject({
      code: 'embedded-storage-full',
      message: expect.stringContaining('Free space on this disk'),
    });
  });
});

async function startChild(directory: string): Promise<ChildDatabase> {
  const child = await startChildDatabase(directory, String(RESERVE_BYTES));
  cleanups.push(() => killChild(child.process));
  return child;
}

async function connect(port: number): Promise<Connection> {
  const connection = await r.connect({ port });
  connection.on('error', () => {});
  cleanups.push(() => connection.close({ noreplyWait: false }).catch(() => {}));
  return connection;
}
