import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startEmbedded } from '../src/index.js';
import { type ChildDatabase, killChild, startChildDatabase } from './support/child-database.js';
import { type Connection, r } from './support/driver.js';
import { startTestServer } from './support/start.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'embedded-'));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function startChild(directory: string): Promise<ChildDatabase> {
  const child = await startChildDatabase(directory);
  cleanups.push(() => killChild(child.process));
  return child;
}

async function connect(port: number): Promise<Connection> {
  const connection = await r.connect({ port });
  connection.on('error', () => {});
  cleanups.push(() => connection.close({ noreplyWait: false }).catch(() => {}));
  return connection;
}

describe('a database killed by SIGKILL', () => {
  test('a database killed by SIGKILL keeps every write that it acknowledged with hard durability', async () => {
    const directory = await temporaryDirectory();
    const child = await startChild(directory);
    const writers = await Promise.all([1, 2, 3, 4].map(() => connect(child.port)));
    await r.tableCreate('t').run(writers[0]!);
    await r.table('t').indexCreate('n').run(writers[0]!);
    const acknowledged: string[] = [];
    const write = async (connection: Connection, writer: number) => {
      for (let n = 0; ; n++) {
        const id = `${writer}-${n}`;
        await r.table('t').insert({ id, n }, { durability: 'hard' }).run(connection);
        acknowledged.push(id);
        if (acknowledged.length === 200) child.process.kill('SIGKILL');
      }
    };
    await Promise.allSettled(writers.map(write));
    await killChild(child.process);
    expect(acknowledged.length).toBeGreaterThanOrEqual(200);

    const server = await startTestServer({ directory });
    cleanups.push(() => server.stop());
    const connection = await server.connect();
    const kept = await r.table('t').getAll(r.args(acknowledged)).count().run(connection);
    expect(kept).toBe(acknowledged.length);
    const [rows, entries] = await Promise.all([
      r.table('t').count().run(connection),
      r.table('t').between(0, r.maxval, { index: 'n' }).count().run(connection),
    ]);
    expect(entries).toBe(rows);
  });

  test('a database killed by SIGKILL leaves its directory usable for the next process', async () => {
    const directory = await temporaryDirectory();
    for (let round = 0; round < 2; round++) {
      const child = await startChild(directory);
      const connection = await connect(child.port);
      expect(await r.dbList().run(connection)).toEqual(['rethinkdb', 'test']);
      await killChild(child.process);
    }
  });
});

describe('a data directory', () => {
  test('a data directory cannot be opened by a second process', async () => {
    const directory = await temporaryDirectory();
    const child = await startChild(directory);
    await expect(startEmbedded({ directory })).rejects.toMatchObject({
      code: 'embedded-directory-locked',
      message: expect.stringContaining(String(child.process.pid)),
    });
    const connection = await connect(child.port);
    await r.tableCreate('still_works').run(connection);
  });

  test('a data directory cannot be opened twice by one process, until the first database is stopped', async () => {
    const directory = await temporaryDirectory();
    const first = await startEmbedded({ directory });
    await expect(startEmbedded({ directory: `${directory}/.` })).rejects.toMatchObject({
      code: 'embedded-directory-locked',
    });
    await first.stop();
    const second = await startEmbedded({ directory });
    await second.stop();
  });

  test('a data directory that is a file is refused', async () => {
    const file = path.join(await temporaryDirectory(), 'file');
    await writeFile(file, '');
    await expect(startEmbedded({ directory: file })).rejects.toMatchObject({
      code: 'embedded-directory-unusable',
    });
  });

  test('a data directory keeps its tables and documents after a restart', async () => {
    const directory = await temporaryDirectory();
    const first = await startTestServer({ directory });
    const writer = await first.connect();
    await r.tableCreate('t', { primaryKey: 'key' }).run(writer);
    await r.table('t').insert({ key: 1, soft: true }, { durability: 'soft' }).run(writer);
    await first.stop();
    const second = await startTestServer({ directory });
    cleanups.push(() => second.stop());
    expect(
      await r
        .table('t')
        .get(1)
        .run(await second.connect()),
    ).toEqual({ key: 1, soft: true });
  });
});

describe('a port', () => {
  test('a port that is taken is refused with an error that names it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    cleanups.push(() => other.close());
    const { port } = other.address() as { port: number };
    const directory = await temporaryDirectory();
    await expect(startEmbedded({ directory, port })).rejects.toMatchObject({
      code: 'embedded-port-taken',
      message: `Port ${port} on 127.0.0.1 is taken by another process.`,
    });
    const server = await startEmbedded({ directory });
    await server.stop();
  });
});
