import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DatumObject } from '../../packages/embedded-rethinkdb/src/datum/datum.js';
import { compileStoredFunction } from '../../packages/embedded-rethinkdb/src/query/functions/compile-stored.js';
import { Storage } from '../../packages/embedded-rethinkdb/src/storage/storage.js';
import { r } from '../../packages/embedded-rethinkdb/tests/support/driver.js';
import { startTestServer } from '../../packages/embedded-rethinkdb/tests/support/start.js';
import { endAllServers, failToStart, startServer } from '../support/server-process.js';

const PAGE = 4096;

let folder: string;
let original: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'changeroom-check-'));
  original = path.join(folder, 'original');
  const server = await startTestServer({ directory: original });
  const connection = await server.connect();
  await r.tableCreate('t').run(connection);
  await r.table('t').indexCreate('n').run(connection);
  const rows = Array.from({ length: 500 }, (_, n) => ({ id: `row-${n}`, n, text: 'x'.repeat(n) }));
  await r.table('t').insert(rows).run(connection);
  await server.stop();
});
afterAll(async () => {
  await endAllServers();
  await rm(folder, { recursive: true, force: true });
});

function copyOf(name: string): string {
  const directory = path.join(folder, name);
  cpSync(original, directory, { recursive: true });
  return directory;
}

function check(...args: string[]): Promise<{ code: number | string; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['dist/scripts/database.js', ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? ''), output: stdout + stderr });
    });
  });
}

const checkOf = (directory: string) => check('--check', '--directory', directory);

/** Changes the stored data without updating indexes. */
async function tamper(directory: string, change: (storage: Storage) => void): Promise<void> {
  const storage = Storage.open(directory, { compileFunction: compileStoredFunction });
  storage.write(() => change(storage));
  await storage.close();
}

/** The stored key of a row, and its entry in the index. */
function stored({ environment: { rows, entries } }: Storage, id: string) {
  const row = [...rows.getRange({})].find(({ value }) => value.includes(`"${id}"`))!;
  const entry = [...entries.getRange({})].find(({ key }) => key.includes(row.key.subarray(4)))!;
  return { row: Buffer.from(row.key), entry: Buffer.from(entry.key), value: Buffer.from(entry.value) };
}

describe('npm run database -- --check', () => {
  test('npm run database -- --check counts documents and entries, writes nothing and ends with 0', async () => {
    const directory = copyOf('sound');
    const before = readFileSync(path.join(directory, 'data.mdb'));
    const { code, output } = await checkOf(directory);
    expect(output).toMatch(/test\.t: 500 documents, index n: 500 entries\n[\s\S]*No damage was found/);
    expect(code).toBe(0);
    expect(readFileSync(path.join(directory, 'data.mdb')).equals(before)).toBe(true);
  });

  test('npm run database -- --check ends with 1 when pages are damaged', async () => {
    const directory = copyOf('pages');
    const file = path.join(directory, 'data.mdb');
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0, 2 * PAGE));
    const { code, output } = await checkOf(directory);
    expect(output).toMatch(
      /is damaged and was not opened: data\.mdb: page \d+ is damaged: it was overwritten/,
    );
    expect(code).toBe(1);
  });

  test.each<[string, (storage: Storage) => void, RegExp]>([
    [
      'an entry is missing in an index',
      (storage) => storage.environment.entries.removeSync(stored(storage, 'row-17').entry),
      /the document at key \w+ is not in the index n as it should be/,
    ],
    [
      'an index has a surplus entry',
      (storage) => {
        const { entry, value } = stored(storage, 'row-17');
        storage.environment.entries.putSync(Buffer.concat([entry, Buffer.from('more')]), value);
      },
      /the index n has 1 entries that no document demands/,
    ],
    [
      'a document was changed without its index',
      (storage) => {
        const { row } = stored(storage, 'row-17');
        const doc = storage.table('test', 't')!.get('row-17') as DatumObject;
        storage.environment.rows.putSync(row, JSON.stringify({ ...doc, n: 18.5 }));
      },
      /is not in the index n as it should be/,
    ],
    [
      'a document cannot be parsed',
      (storage) => storage.environment.rows.putSync(stored(storage, 'row-17').row, '{"id":"row-17",}'),
      /the document at key \w+ is not a JSON object/,
    ],
    [
      'a document has the key of another one',
      (storage) => storage.environment.rows.putSync(stored(storage, 'row-17').row, '{"id":"row-18","n":17}'),
      /the document at key \w+ has another primary key/,
    ],
    [
      'a row belongs to no table',
      (storage) => storage.environment.rows.putSync(Buffer.from([0, 0, 0, 99, 1]), '{"id":1}'),
      /1 rows belong to no table/,
    ],
  ])('npm run database -- --check ends with 1 and names the fault when %s', async (what, change, fault) => {
    const directory = copyOf(what.replaceAll(' ', '-'));
    await tamper(directory, change);
    const { code, output } = await checkOf(directory);
    expect(output).toMatch(fault);
    expect(code).toBe(1);
  });

  test('npm run database -- --check ends with 2 when a server uses the folder, and does not disturb it', async () => {
    const DATA_DIR = path.join(folder, 'used');
    const server = await startServer({ DATA_DIR });
    const { code, output } = await checkOf(DATA_DIR);
    expect(output).toContain('is in use by another process');
    expect(code).toBe(2);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await server.end('SIGTERM');
    expect(await checkOf(DATA_DIR)).toMatchObject({ code: 0 });
  });

  test('npm run database -- --check ends with 2 without a database and for wrong arguments, and creates nothing', async () => {
    const nowhere = path.join(folder, 'nowhere');
    expect(await checkOf(nowhere)).toMatchObject({ code: 2 });
    await expect(stat(nowhere)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await check()).toMatchObject({ code: 2, output: expect.stringContaining('Usage:') });
    expect(await check('--check', '--repair')).toMatchObject({ code: 2 });
  });
});

describe('a server whose data file is damaged', () => {
  test.each<[string, (file: string) => void]>([
    ['empty', (file) => writeFileSync(file, '')],
    ['zeroed', (file) => writeFileSync(file, readFileSync(file).fill(0))],
    ['cut', (file) => writeFileSync(file, readFileSync(file).subarray(0, 5 * PAGE + 100))],
    ['overwritten', (file) => writeFileSync(file, readFileSync(file).fill('garbage ', 2 * PAGE))],
  ])(
    'a server whose data file is %s ends with 1, explains what to do, and does not change the folder',
    async (name, damage) => {
      const directory = copyOf(`start-${name}`);
      const file = path.join(directory, 'data.mdb');
      damage(file);
      const before = readFileSync(file);
      const { code, output } = await failToStart({ DATA_DIR: directory });
      expect(code).toBe(1);
      expect(output).toMatch(/is damaged and was not opened: data\.mdb: /);
      expect(output).toContain('npm run database -- --check');
      expect(output).toMatch(/restore a backup/i);
      expect(output).toMatch(/start an empty chat/i);
      expect(readFileSync(file).equals(before)).toBe(true);
      expect(await readdir(directory)).toContain('initialised');
    },
  );
});
