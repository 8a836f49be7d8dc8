import { describe, expect, test } from 'vitest';
import { countPages } from '../../src/storage/environment.js';
import { type SpaceOptions, StorageFullError } from '../../src/storage/space.js';
import type { Storage } from '../../src/storage/storage.js';
import type { Table } from '../../src/storage/table.js';
import { onFields, openStorage, temporaryDirectory } from './open-storage.js';

const MEGABYTE = 1024 * 1024;

/** A disk whose free bytes a test sets. */
class Disk {
  free = 1024 * MEGABYTE;
  readings = 0;
  readonly options: SpaceOptions = {
    reserveBytes: 16 * MEGABYTE,
    readFreeBytes: () => {
      this.readings++;
      return this.free;
    },
  };
}

function openTable(
  space: SpaceOptions,
  directory = temporaryDirectory(),
): { storage: Storage; table: Table } {
  const storage = openStorage(directory, { space });
  const table = storage.table('test', 't') ?? storage.write(() => storage.createTable('test', 't'));
  return { storage, table };
}

const put = (storage: Storage, table: Table, id: number, text = 'x') =>
  storage.write(() => table.put({ id, text, n: id % 10 }, table.get(id)));

const remove = (storage: Storage, table: Table, id: number) =>
  storage.write(() => table.remove(table.get(id)!));

/** Reads are cached for a second while there is plenty: what changes the disk looks first. */
function setFree(disk: Disk, storage: Storage, bytes: number): void {
  disk.free = bytes;
  storage.space.check();
}

describe('a disk with less than the reserve', () => {
  test('a disk with less than the reserve refuses writes with an error that names the free space and the reserve, but no directory', () => {
    const disk = new Disk();
    const directory = temporaryDirectory();
    const { storage, table } = openTable(disk.options, directory);
    put(storage, table, 1);
    setFree(disk, storage, 15 * MEGABYTE);
    const write = () => put(storage, table, 2);
    expect(write).toThrow(StorageFullError);
    expect(write).toThrow(/^Storage full: 15\.0 MB are free on the disk, 16\.0 MB are kept in reserve/);
    expect(write).not.toThrow(directory);
    expect([...table.scan()]).toHaveLength(1);
    expect(storage.space.status.state).toBe('full');
  });

  test('a disk with less than the reserve accepts writes again after space is freed', () => {
    const disk = new Disk();
    const { storage, table } = openTable(disk.options);
    setFree(disk, storage, MEGABYTE);
    expect(() => put(storage, table, 1)).toThrow(StorageFullError);
    disk.free = 64 * MEGABYTE;
    put(storage, table, 1);
    expect(storage.space.check().state).toBe('ok');
    expect(table.get(1)).not.toBeNull();
  });

  test('a disk with less than the reserve accepts deletes within the reserve, and refuses them below its last part', () => {
    const disk = new Disk();
    const { storage, table } = openTable(disk.options);
    for (const id of [1, 2]) put(storage, table, id);
    setFree(disk, storage, 2 * MEGABYTE);
    remove(storage, table, 1);
    setFree(disk, storage, MEGABYTE / 2);
    expect(() => remove(storage, table, 2)).toThrow(StorageFullError);
    expect(table.count()).toBe(1);
  });

  test('a disk with less than the reserve counts the free pages of the data file as free space', () => {
    const disk = new Disk();
    const { storage, table } = openTable(disk.options);
    for (let id = 0; id < 20; id++) put(storage, table, id, 'x'.repeat(MEGABYTE));
    setFree(disk, storage, 8 * MEGABYTE);
    expect(() => put(storage, table, 100)).toThrow(StorageFullError);
    for (let id = 0; id < 20; id++) remove(storage, table, id);
    put(storage, table, 100);
    expect(table.get(100)).not.toBeNull();
  });

  test('a disk with less than the reserve refuses a long transaction by the sum of its writes, before it is too long', () => {
    const disk = new Disk();
    const { storage, table } = openTable(disk.options);
    setFree(disk, storage, 24 * MEGABYTE);
    let written = 0;
    const write = () =>
      storage.write(() => {
        for (; written < 64; written++) table.put({ id: written, text: 'x'.repeat(MEGABYTE) }, null);
      });
    expect(write).toThrow(StorageFullError);
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(8);
    expect(table.count()).toBe(written);
  });

  test('a disk with less than the reserve does not refuse many small rows by an excessive estimate', () => {
    const disk = new Disk();
    const { storage, table } = openTable(disk.options);
    setFree(disk, storage, 24 * MEGABYTE);
    storage.write(() => {
      for (let id = 0; id < 5_000; id++) table.put({ id, n: id }, null);
    });
    expect(table.count()).toBe(5_000);
  });

  test('a disk with less than the reserve leaves no entries of an index that was refused', () => {
    const disk = new Disk();
    const { storage, table } = openTable(disk.options);
    storage.write(() => {
      for (let id = 0; id < 3_000; id++) table.put({ id, text: `${id}`.repeat(100) }, null);
    });
    setFree(disk, storage, 16.6 * MEGABYTE);
    const create = () => storage.write(() => table.createIndex('text', onFields('text')));
    expect(create).toThrow(StorageFullError);
    expect(table.indexes.size).toBe(0);
    expect([...storage.environment.entries.getKeys()]).toEqual([]);
    setFree(disk, storage, 1024 * MEGABYTE);
    create();
    expect([...storage.environment.entries.getKeys()]).toHaveLength(3_000);
  });

  test.each([
    ['a database', (storage: Storage) => storage.createDatabase('other')],
    ['a table', (storage: Storage) => storage.createTable('test', 'other')],
    ['an index', (storage: Storage) => storage.table('test', 't')!.createIndex('n', onFields('n'))],
    ['a write hook', (storage: Storage) => storage.table('test', 't')!.setWriteHook({ term: 'n' })],
  ])(
    'a disk with less than the reserve refuses %s and leaves the data unchanged, also after a restart',
    async (_what, create) => {
      const disk = new Disk();
      const directory = temporaryDirectory();
      const first = openTable(disk.options, directory).storage;
      const stateOf = (storage: Storage) =>
        storage
          .databases()
          .map((db) => storage.tables(db).map((name) => storage.table(db, name)!.toRecord()));
      const before = stateOf(first);
      setFree(disk, first, MEGABYTE);
      expect(() => first.write(() => create(first))).toThrow(StorageFullError);
      expect(stateOf(first)).toEqual(before);
      await first.close();
      expect(stateOf(openStorage(directory, { space: disk.options }))).toEqual(before);
    },
  );

  test('a disk with less than the reserve with enough free space is checked once a second', () => {
    const disk = new Disk();
    const { storage, table } = openTable(disk.options);
    const before = disk.readings;
    const begin = performance.now();
    for (let id = 0; id < 200; id++) put(storage, table, id);
    const seconds = (performance.now() - begin) / 1000;
    expect(disk.readings - before).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
  });
});

describe('a start on a full disk', () => {
  test('a start on a full disk of a new directory is refused with instructions', () => {
    const disk = new Disk();
    for (const free of [0, 8 * MEGABYTE]) {
      disk.free = free;
      const open = () => openStorage(temporaryDirectory(), { space: disk.options });
      expect(open).toThrow(expect.objectContaining({ code: 'embedded-storage-full' }));
      expect(open).toThrow(/Free space on this disk, or use a directory on another one/);
    }
  });

  test('a start on a full disk of a directory with data serves reads', async () => {
    const disk = new Disk();
    const directory = temporaryDirectory();
    const first = openTable(disk.options, directory);
    put(first.storage, first.table, 1);
    await first.storage.close();
    disk.free = 0;
    const { storage, table } = openTable(disk.options, directory);
    expect(table.get(1)).toMatchObject({ id: 1 });
    expect(() => put(storage, table, 2)).toThrow(StorageFullError);
  });
});

describe('a limit of the data', () => {
  const LIMIT = 4 * MEGABYTE;
  const usedBytes = (storage: Storage) => countPages(storage.environment).used * 4096;

  test('a limit of the data refuses writes beyond it, and accepts them again after deletes', () => {
    const { storage, table } = openTable({ ...new Disk().options, limitBytes: LIMIT });
    let rows = 0;
    const fill = () => {
      for (; rows < 100_000; rows++) put(storage, table, rows, 'x'.repeat(500 + (rows % 5) * 1_000));
    };
    expect(fill).toThrow(/^Storage full: the database uses [34]\.\d MB, its limit is 4\.0 MB/);
    expect(usedBytes(storage)).toBeLessThanOrEqual(LIMIT);
    expect(usedBytes(storage)).toBeGreaterThan(LIMIT * 0.9);
    expect(table.count()).toBe(rows);
    for (let id = 0; id < 700; id++) remove(storage, table, id);
    put(storage, table, rows);
    expect(storage.space.check().state).toBe('ok');
  });

  test('a limit of the data holds for a single transaction with many rows as well', () => {
    const { storage, table } = openTable({ ...new Disk().options, limitBytes: LIMIT });
    const fill = () =>
      storage.write(() => {
        for (let id = 0; id < 100_000; id++) table.put({ id, text: 'x'.repeat(300) }, null);
      });
    expect(fill).toThrow(StorageFullError);
    expect(usedBytes(storage)).toBeLessThanOrEqual(LIMIT);
    expect(usedBytes(storage)).toBeGreaterThan(LIMIT * 0.9);
  });
});
