import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Datum, type DatumObject, MAXVAL, MINVAL } from '../../src/datum/datum.js';
import { makeTime } from '../../src/datum/time.js';
import type { Change } from '../../src/storage/changes.js';
import type { Storage } from '../../src/storage/storage.js';
import type { Table } from '../../src/storage/table.js';
import { onFields, openStorage, temporaryDirectory } from './open-storage.js';

function createTable(storage: Storage, name = 't'): Table {
  return storage.write(() => storage.createTable('test', name));
}

function insert(storage: Storage, table: Table, ...docs: DatumObject[]): void {
  storage.write(() => {
    for (const doc of docs) table.put(doc, table.get(doc.id!));
  });
}

const ids = (docs: Iterable<DatumObject>) => [...docs].map((doc) => doc.id);
const closed = (value: Datum) => ({ value, open: false });
const open = (value: Datum) => ({ value, open: true });

describe('a new data directory', () => {
  test('a new data directory has an empty database `test` and a persistent id', async () => {
    const directory = temporaryDirectory();
    const first = openStorage(directory);
    const { id } = first;
    expect(first.databases()).toEqual(['test']);
    expect(first.tables('test')).toEqual([]);
    await first.close();
    expect(openStorage(directory).id).toBe(id);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a new data directory may have a dot in its name', async () => {
    const directory = join(temporaryDirectory(), 'chat.example.org');
    const first = openStorage(directory);
    createTable(first, 'kept');
    await first.close();
    expect(openStorage(directory).tables('test')).toEqual(['kept']);
  });
});

describe('databases and tables', () => {
  test('databases and tables outlive a restart with their settings', async () => {
    const directory = temporaryDirectory();
    const before = openStorage(directory);
    before.write(() => {
      before.createDatabase('shop');
      const table = before.createTable('shop', 'orders', { primaryKey: 'number', durability: 'soft' });
      table.createIndex('by_day', onFields('day', { multi: true }));
      table.setWriteHook({ term: 'hook' });
      table.put({ number: 1, day: ['a', 'b'] }, null);
    });
    await before.close();
    const table = openStorage(directory).table('shop', 'orders')!;
    expect(table).toMatchObject({ primaryKey: 'number', durability: 'soft', writeHook: { term: 'hook' } });
    const index = table.requireIndex('by_day');
    expect(index).toMatchObject({ multi: true, geo: false, function: { term: 'day' } });
    expect([...table.getAllIndex(index, 'b')]).toEqual([{ number: 1, day: ['a', 'b'] }]);
    expect(table.count()).toBe(1);
  });

  test('databases and tables refuse names that are taken or missing, with the messages of RethinkDB', () => {
    const storage = openStorage();
    createTable(storage);
    const attempt = (job: () => unknown) => () => storage.write(job);
    expect(attempt(() => storage.createDatabase('test'))).toThrow('Database `test` already exists.');
    expect(attempt(() => storage.dropDatabase('no'))).toThrow('Database `no` does not exist.');
    expect(attempt(() => storage.createTable('test', 't'))).toThrow('Table `test.t` already exists.');
    expect(attempt(() => storage.createTable('no', 't'))).toThrow('Database `no` does not exist.');
    expect(attempt(() => storage.dropTable('test', 'no'))).toThrow('Table `test.no` does not exist.');
    expect(attempt(() => storage.table('test', 't')!.dropIndex('no'))).toThrow(
      'Index `no` was not found on table `test.t`.',
    );
  });

  test('databases and tables are dropped with all their data, also for a new table of the same name', () => {
    const storage = openStorage();
    const table = createTable(storage);
    storage.write(() => table.createIndex('a', onFields('a')));
    insert(storage, table, ...Array.from({ length: 1200 }, (_, id) => ({ id, a: id })));
    storage.write(() => storage.dropTable('test', 't'));
    expect(storage.table('test', 't')).toBeUndefined();
    expect(storage.environment.rows.getKeysCount()).toBe(0);
    expect(storage.environment.entries.getKeysCount()).toBe(0);
    const again = createTable(storage);
    expect(again.count()).toBe(0);
    expect(again.indexes.size).toBe(0);
  });

  test('databases and tables keep their rows and their object when renamed', () => {
    const storage = openStorage();
    const table = createTable(storage);
    insert(storage, table, { id: 1 });
    storage.write(() => storage.renameTable('test', 't', { name: 'u' }));
    expect(storage.table('test', 't')).toBeUndefined();
    expect(storage.table('test', 'u')).toBe(table);
    expect(storage.tables('test')).toEqual(['u']);
    expect(ids(table.scan())).toEqual([1]);
  });
});

describe('documents', () => {
  test('documents are returned as they were written, with field names of any kind', () => {
    const storage = openStorage();
    const table = createTable(storage);
    const doc = JSON.parse(
      '{"id":"x","__proto__":{"a":1},"constructor":[],"":"","deep":{"a":[null,true,1.5]}}',
    );
    insert(storage, table, doc);
    const back = table.get('x')!;
    expect(JSON.stringify(back)).toBe(JSON.stringify(doc));
    expect(Object.hasOwn(back, '__proto__')).toBe(true);
    expect(table.get('y')).toBeNull();
  });

  test('documents are scanned in the order of their keys, in both directions, within bounds', () => {
    const storage = openStorage();
    const table = createTable(storage);
    const keys = [[1], true, -5, 0, 3, 20, makeTime(5), 'a', 'b', 'ba'];
    insert(storage, table, ...[...keys].reverse().map((id) => ({ id })));
    expect(ids(table.scan())).toEqual(keys);
    expect(ids(table.scan({}, true))).toEqual([...keys].reverse());
    expect(ids(table.scan({ lower: closed(0), upper: open(20) }))).toEqual([0, 3]);
    expect(ids(table.scan({ lower: open(0), upper: closed(20) }))).toEqual([3, 20]);
    expect(ids(table.scan({ lower: open(0), upper: closed(20) }, true))).toEqual([20, 3]);
    expect(ids(table.scan({ lower: closed('b'), upper: closed(MAXVAL) }))).toEqual(['b', 'ba']);
    expect(ids(table.scan({ lower: closed(MINVAL), upper: open(-5) }))).toEqual([[1], true]);
    expect(ids(table.scan({ lower: closed(20), upper: closed(0) }))).toEqual([]);
  });

  test('documents can be scanned in many chunks while the table is written', () => {
    const storage = openStorage();
    const table = createTable(storage);
    insert(storage, table, ...Array.from({ length: 3000 }, (_, id) => ({ id })));
    const seen: Datum[] = [];
    for (const doc of table.scan()) {
      seen.push(doc.id!);
      if ((doc.id as number) < 1000) storage.write(() => table.remove(doc));
    }
    expect(seen).toEqual(Array.from({ length: 3000 }, (_, id) => id));
    expect(table.count()).toBe(2000);
    expect(ids(table.scan({}, true))).toEqual(Array.from({ length: 2000 }, (_, i) => 2999 - i));
  });

  test('documents are visible in the transaction that wrote them', () => {
    const storage = openStorage();
    const table = createTable(storage);
    storage.write(() => {
      table.put({ id: 1 }, null);
      expect(table.get(1)).toEqual({ id: 1 });
      expect(ids(table.scan())).toEqual([1]);
    });
  });

  test('documents written before an error of the same job are kept', () => {
    const storage = openStorage();
    const table = createTable(storage);
    const job = () => {
      table.put({ id: 1 }, null);
      throw new Error('half way');
    };
    expect(() => storage.write(job)).toThrow('half way');
    expect(ids(table.scan())).toEqual([1]);
  });
});

describe('changes', () => {
  test('changes are delivered once per commit, in order, nested writes included', () => {
    const storage = openStorage();
    const table = createTable(storage);
    const commits: (readonly Change[])[] = [];
    const stop = storage.onCommit((changes) => commits.push(changes));
    storage.write(() => {
      table.put({ id: 1 }, null);
      storage.write(() => table.put({ id: 1, a: 1 }, { id: 1 }));
      expect(commits).toEqual([]);
    });
    storage.write(() => table.remove({ id: 1, a: 1 }));
    stop();
    storage.write(() => table.put({ id: 2 }, null));
    expect(commits.map((changes) => changes.map((change) => [change.old, change.new]))).toEqual([
      [
        [null, { id: 1 }],
        [{ id: 1 }, { id: 1, a: 1 }],
      ],
      [[{ id: 1, a: 1 }, null]],
    ]);
  });

  test('changes of the catalog are delivered after the commit', () => {
    const storage = openStorage();
    const table = createTable(storage);
    storage.write(() => table.createIndex('a', onFields('a')));
    const index = table.requireIndex('a');
    const events: unknown[] = [];
    storage.onCatalogChange((event) => events.push(event));
    storage.write(() => table.dropIndex('a'));
    storage.write(() => storage.dropDatabase('test'));
    expect(events).toEqual([
      { kind: 'indexDropped', table, index },
      { kind: 'tableDropped', table },
    ]);
  });
});

describe('secondary indexes', () => {
  test('secondary indexes contain earlier and later documents, and follow updates and deletions', () => {
    const storage = openStorage();
    const table = createTable(storage);
    insert(storage, table, { id: 1, a: 'x' }, { id: 2 }, { id: 3, a: null }, { id: 4, a: { b: 1 } });
    storage.write(() => table.createIndex('a', onFields('a')));
    const index = table.requireIndex('a');
    insert(storage, table, { id: 5, a: 'w' }, { id: 6, a: 'x' });
    const entries = () => [...table.scanIndex(index)].map(({ value, doc }) => [value, doc.id]);
    expect(entries()).toEqual([
      ['w', 5],
      ['x', 1],
      ['x', 6],
    ]);
    insert(storage, table, { id: 1, a: 'a' }, { id: 6 });
    storage.write(() => table.remove({ id: 5, a: 'w' }));
    expect(entries()).toEqual([['a', 1]]);
  });

  test('secondary indexes on several fields return the rows of one prefix in order', () => {
    const storage = openStorage();
    const table = createTable(storage);
    storage.write(() => table.createIndex('room_at', onFields(['room', 'at'])));
    const index = table.requireIndex('room_at');
    for (const room of ['a', 'b'])
      for (const at of [3, 1, 2]) insert(storage, table, { id: `${room}${at}`, room, at });
    const bounds = { lower: closed(['a', MINVAL]), upper: open(['a', MAXVAL]) };
    const docs = (reverse: boolean) => [...table.scanIndex(index, bounds, reverse)].map(({ doc }) => doc.id);
    expect(docs(false)).toEqual(['a1', 'a2', 'a3']);
    expect(docs(true)).toEqual(['a3', 'a2', 'a1']);
  });

  test('secondary indexes of arrays have an entry for each element', () => {
    const storage = openStorage();
    const table = createTable(storage);
    storage.write(() => table.createIndex('tags', onFields('tags', { multi: true })));
    const index = table.requireIndex('tags');
    insert(storage, table, { id: 1, tags: ['x', 'y', null, 'x'] }, { id: 2, tags: 'y' });
    expect([...table.scanIndex(index)].map(({ value, doc }) => [value, doc.id])).toEqual([
      ['x', 1],
      ['x', 1],
      ['y', 1],
      ['y', 2],
    ]);
    expect(ids(table.getAllIndex(index, 'x'))).toEqual([1, 1]);
  });

  test('secondary indexes distinguish long values beyond the length of a key', () => {
    const storage = openStorage();
    const table = createTable(storage);
    storage.write(() => table.createIndex('a', onFields('a')));
    const index = table.requireIndex('a');
    const long = 'x'.repeat(5000);
    insert(storage, table, { id: 1, a: `${long}1` }, { id: 2, a: `${long}2` }, { id: 3, a: 'x' });
    expect(ids(table.getAllIndex(index, `${long}2`))).toEqual([2]);
    const above = [...table.scanIndex(index, { lower: open(`${long}1`) })];
    expect(above.map(({ value, doc }) => [doc.id, value])).toEqual([[2, `${long}2`]]);
  });

  test('secondary indexes return negative zero, and find it as zero', () => {
    const storage = openStorage();
    const table = createTable(storage);
    storage.write(() => table.createIndex('a', onFields('a')));
    insert(storage, table, { id: 1, a: -0 }, { id: 2, a: [-0] });
    const index = table.requireIndex('a');
    expect([...table.scanIndex(index)].map(({ value }) => value)).toEqual([[-0], -0]);
    expect(ids(table.getAllIndex(index, 0))).toEqual([1]);
  });

  test('secondary indexes return times with their zone', () => {
    const storage = openStorage();
    const table = createTable(storage);
    storage.write(() => table.createIndex('at', onFields('at')));
    insert(storage, table, { id: 1, at: makeTime(1.5, '+02:00') });
    const index = table.requireIndex('at');
    expect([...table.scanIndex(index)][0]!.value).toEqual(makeTime(1.5, '+02:00'));
    expect(ids(table.getAllIndex(index, makeTime(1.5)))).toEqual([1]);
  });

  test('secondary indexes can be renamed, also to the name of another index with overwrite', () => {
    const storage = openStorage();
    const table = createTable(storage);
    storage.write(() => {
      table.createIndex('a', onFields('a'));
      table.createIndex('b', onFields('b'));
    });
    insert(storage, table, { id: 1, a: 1, b: 2 });
    expect(() => storage.write(() => table.renameIndex('a', 'b', false))).toThrow('Index `b` already exists');
    storage.write(() => table.renameIndex('a', 'b', true));
    expect([...table.indexes.keys()]).toEqual(['b']);
    expect(ids(table.getAllIndex(table.requireIndex('b'), 1))).toEqual([1]);
  });
});

describe('a commit that fails', () => {
  /** The disk is full, say: everything is undone by LMDB, which throws. */
  function failNextCommit(storage: Storage): void {
    const { root } = storage.environment;
    const { transactionSync } = root;
    root.transactionSync = ((job: () => unknown) => {
      root.transactionSync = transactionSync;
      return transactionSync.call(root, () => {
        job();
        throw new Error('No space left on device');
      });
    }) as typeof transactionSync;
  }

  test('a commit that fails leaves no writes and delivers no changes', () => {
    const storage = openStorage();
    const table = createTable(storage);
    insert(storage, table, { id: 1 });
    expect(table.count()).toBe(1);
    const published: unknown[] = [];
    storage.onCommit((changes) => published.push(changes));
    failNextCommit(storage);
    expect(() => insert(storage, table, { id: 2 })).toThrow(
      'The database could not be written: No space left',
    );
    expect(published).toEqual([]);
    expect(table.count()).toBe(1);
    expect(storage.table('test', 't')).toBe(table);
    insert(storage, table, { id: 3 });
    expect(ids(table.scan())).toEqual([1, 3]);
  });

  test('a commit that fails removes the tables and indexes that it created', () => {
    const storage = openStorage();
    const table = createTable(storage);
    failNextCommit(storage);
    const job = () => {
      storage.createTable('test', 'u');
      table.createIndex('a', onFields('a'));
    };
    expect(() => storage.write(job)).toThrow('could not be written');
    expect(storage.tables('test')).toEqual(['t']);
    expect(storage.table('test', 't')!.indexes.size).toBe(0);
  });
});
