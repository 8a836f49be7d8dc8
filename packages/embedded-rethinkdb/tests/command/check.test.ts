import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DatumObject } from '../../src/datum/datum.js';
import { compileStoredFunction } from '../../src/query/functions/compile-stored.js';
import { Storage } from '../../src/storage/storage.js';
import { runCommand } from '../support/command.js';
import { r } from '../support/driver.js';
import { startTestServer } from '../support/start.js';

const PAGE = 4096;

let folder: string;
let original: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'embedded-check-'));
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
  await rm(folder, { recursive: true, force: true });
});

function copyOf(name: string): string {
  const directory = path.join(folder, name);
  cpSync(original, directory, { recursive: true });
  return directory;
}

const check = (...args: string[]) => runCommand(args);

const checkOf = (directory: string) => check('--check', '--directory', directory);

/** Changes what is stored without the rules that keep documents and indexes together. */
async function tamper(directory: string, change: (storage: Storage) => void): Promise<void> {
  const storage = Storage.open(directory, { compileFunction: compileStoredFunction });
  storage.write(() => change(storage));
  await storage.close();
}

/** The key of a row as it is stored, and its entry in the index. */
function stored({ environment: { rows, entries } }: Storage, id: string) {
  const row = [...rows.getRange({})].find(({ value }) => value.includes(`"${id}"`))!;
  const entry = [...entries.getRange({})].find(({ key }) => key.includes(row.key.subarray(4)))!;
  return { row: Buffer.from(row.key), entry: Buffer.from(entry.key), value: Buffer.from(entry.value) };
}

describe('embedded-rethinkdb --check', () => {
  test('embedded-rethinkdb --check counts the documents of an intact directory, writes nothing, and ends with 0', async () => {
    const directory = copyOf('sound');
    const before = readFileSync(path.join(directory, 'data.mdb'));
    const { code, output } = await checkOf(directory);
    expect(output).toMatch(/test\.t: 500 documents, index n: 500 entries\n[\s\S]*No damage was found/);
    expect(code).toBe(0);
    expect(readFileSync(path.join(directory, 'data.mdb')).equals(before)).toBe(true);
  });

  test('embedded-rethinkdb --check ends with 1 if pages are damaged', async () => {
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
      'an index has an entry too many',
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
  ])('embedded-rethinkdb --check ends with 1 and names the fault if %s', async (what, change, fault) => {
    const directory = copyOf(what.replaceAll(' ', '-'));
    await tamper(directory, change);
    const { code, output } = await checkOf(directory);
    expect(output).toMatch(fault);
    expect(code).toBe(1);
  });

  test('embedded-rethinkdb --check ends with 2 if another process uses the directory', async () => {
    const directory = copyOf('used');
    const server = await startTestServer({ directory });
    const { code, output } = await checkOf(directory);
    await server.stop();
    expect(output).toContain('is in use by another process');
    expect(code).toBe(2);
    expect(await checkOf(directory)).toMatchObject({ code: 0 });
  });

  test('embedded-rethinkdb --check ends with 2 for a directory without a database and for wrong usage, and creates nothing', async () => {
    const nowhere = path.join(folder, 'nowhere');
    expect(await checkOf(nowhere)).toMatchObject({ code: 2 });
    await expect(stat(nowhere)).rejects.toMatchObject({ code: 'ENOENT' });
    const misused = await check('--check', '--mend');
    expect(misused).toMatchObject({ code: 2, output: expect.stringContaining('Usage:') });
  });
});
