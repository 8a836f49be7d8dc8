import { describe, expect, test } from 'vitest';
import { type DatumObject, MAXVAL, MINVAL } from '../../src/datum/datum.js';
import { nonExistence } from '../../src/datum/reql-error.js';
import { UnionFeed } from '../../src/feeds/union-feed.js';
import { onFields } from '../storage/open-storage.js';
import { between, Scene } from './feeds.js';

const ALL = 1000;

describe('a feed of a table', () => {
  test('a feed of a table delivers every change in order, with the old value', () => {
    const scene = new Scene();
    const feed = scene.open(scene.range());
    scene.put({ id: 1 }, { id: 2 });
    scene.put({ id: 1, a: 1 });
    scene.remove(2);
    expect(feed.take(ALL)).toEqual([
      { old_val: null, new_val: { id: 1 } },
      { old_val: null, new_val: { id: 2 } },
      { old_val: { id: 1 }, new_val: { id: 1, a: 1 } },
      { old_val: { id: 2 }, new_val: null },
    ]);
    expect(feed.take(ALL)).toEqual([]);
  });

  test('a feed of a table notifies its reader once when a change is ready', () => {
    const scene = new Scene();
    const feed = scene.open(scene.range());
    let woken = 0;
    feed.onReady(() => woken++);
    expect(woken).toBe(0);
    scene.put({ id: 1 });
    scene.put({ id: 2 });
    expect(woken).toBe(1);
    feed.onReady(() => woken++);
    expect(woken).toBe(2);
  });

  test('a feed of a table opened within a transaction delivers later changes only', () => {
    const scene = new Scene();
    const feed = scene.storage.write(() => {
      scene.put({ id: 1 });
      const opened = scene.open(scene.range(), { includeInitial: true });
      scene.put({ id: 2 });
      return opened;
    });
    expect(feed.take(ALL)).toEqual([{ old_val: null, new_val: { id: 2 } }, { new_val: { id: 1 } }]);
    expect(feed.take(ALL)).toEqual([]);
  });

  test('a feed of a table ends with an error if its table is dropped, and notifies its reader', () => {
    const scene = new Scene();
    const feed = scene.open(scene.range());
    let woken = false;
    feed.onReady(() => {
      woken = true;
    });
    scene.storage.write(() => scene.storage.dropTable('test', 't'));
    expect(woken).toBe(true);
    expect(feed).toMatchObject({
      isEnded: true,
      error: { kind: 'OP_FAILED', message: 'Changefeed aborted (unavailable).' },
    });
  });

  test('a feed of a table delivers nothing after it is closed', () => {
    const scene = new Scene();
    const feed = scene.open(scene.range());
    feed.close();
    feed.close();
    scene.put({ id: 1 });
    expect(feed.take(ALL)).toEqual([]);
    expect(feed).toMatchObject({ isEnded: true, error: undefined });
  });
});

describe('initial values', () => {
  test('initial values are delivered between the states', () => {
    const scene = new Scene();
    scene.put({ id: 1 }, { id: 2 });
    const feed = scene.open(scene.range(), { includeInitial: true, includeStates: true, includeTypes: true });
    expect(feed.take(ALL)).toEqual([
      { type: 'state', state: 'initializing' },
      { type: 'initial', new_val: { id: 1 } },
      { type: 'initial', new_val: { id: 2 } },
      { type: 'state', state: 'ready' },
    ]);
  });

  test('and changes made while they are read add up to the table', () => {
    const scene = new Scene();
    const ids = Array.from({ length: 200 }, (_, id) => id);
    scene.put(...ids.map((id) => ({ id, v: 0 })));
    const feed = scene.open(scene.range(), { includeInitial: true, includeStates: true, includeTypes: true });
    const view = new Map<unknown, DatumObject>();
    let ready = 0;
    for (let step = 0; step < 400; step++) {
      for (const item of feed.take(1) as DatumObject[]) {
        const [before, after] = [item.old_val as DatumObject | null, item.new_val as DatumObject | null];
        if (item.type === 'state') ready += item.state === 'ready' ? 1 : 0;
        else if (item.type === 'remove') expect(view.delete(before!.id)).toBe(true);
        else {
          expect(view.has(after!.id)).toBe(item.type === 'change');
          view.set(after!.id, after!);
        }
      }
      const id = (step * 37) % 250;
      if (step < 150) {
        if (step % 3 === 0 && scene.table.get(id)) scene.remove(id);
        else scene.put({ id, v: step });
      }
    }
    expect(ready).toBe(1);
    const truth = [...scene.table.scan()];
    expect([...view.values()].sort((a, b) => (a.id as number) - (b.id as number))).toEqual(truth);
  });
});

describe('a feed of a range', () => {
  const ROOM = ['room', 'at'];
  const room = (scene: Scene, name: string) => {
    const index = scene.table.requireIndex('room_at');
    return scene.range({ index, bounds: between([name, MINVAL], [name, MAXVAL]) });
  };

  test('a feed of a range of one prefix of a compound index delivers documents that enter, change and leave', () => {
    const scene = new Scene();
    scene.storage.write(() => scene.table.createIndex('room_at', onFields(ROOM)));
    const [a, b] = [scene.open(room(scene, 'a'), { includeTypes: true }), scene.open(room(scene, 'b'))];
    scene.put({ id: 1, room: 'a', at: 1 }, { id: 2, room: 'c', at: 1 }, { id: 3, at: 1 });
    scene.put({ id: 1, room: 'a', at: 2 });
    scene.put({ id: 1, room: 'b', at: 2 });
    scene.put({ id: 1 });
    expect((a.take(ALL) as DatumObject[]).map(({ type }) => type)).toEqual(['add', 'change', 'remove']);
    expect(b.take(ALL)).toEqual([
      { old_val: null, new_val: { id: 1, room: 'b', at: 2 } },
      { old_val: { id: 1, room: 'b', at: 2 }, new_val: null },
    ]);
  });

  test('a feed of a range ends if its index is dropped, and other feeds continue', () => {
    const scene = new Scene();
    scene.storage.write(() => scene.table.createIndex('room_at', onFields(ROOM)));
    const [ends, stays] = [scene.open(room(scene, 'a')), scene.open(scene.range())];
    scene.storage.write(() => scene.table.dropIndex('room_at'));
    expect(ends.error).toMatchObject({
      kind: 'OP_FAILED',
      message: 'Index `room_at` was not found on table `test.t`.',
    });
    scene.put({ id: 1 });
    expect(stays.take(ALL)).toHaveLength(1);
  });

  test('a feed of a range of exact keys delivers a document twice if its key is given twice', () => {
    const scene = new Scene();
    scene.storage.write(() => scene.table.createIndex('n', onFields('n')));
    const index = scene.table.requireIndex('n');
    scene.put({ id: 0, n: 1 });
    const feed = scene.open(scene.range({ index, keys: [1, 1, 2] }), { includeInitial: true });
    expect(feed.take(ALL)).toEqual([{ new_val: { id: 0, n: 1 } }, { new_val: { id: 0, n: 1 } }]);
    scene.put({ id: 3, n: 2 }, { id: 4, n: 3 });
    expect(feed.take(ALL)).toEqual([{ old_val: null, new_val: { id: 3, n: 2 } }]);
    scene.put({ id: 3, n: 3 });
    expect(feed.take(ALL)).toEqual([{ old_val: { id: 3, n: 2 }, new_val: null }]);
  });

  test('a feed of a range of a multi index has a document once for each of its values', () => {
    const scene = new Scene();
    scene.storage.write(() => scene.table.createIndex('tags', onFields('tags', { multi: true })));
    const index = scene.table.requireIndex('tags');
    const feed = scene.open(scene.range({ index, bounds: between('a', 'm') }));
    scene.put({ id: 1, tags: ['b', 'c', 'z'] });
    scene.put({ id: 1, tags: ['c'] });
    expect(feed.take(ALL)).toEqual([
      { old_val: null, new_val: { id: 1, tags: ['b', 'c', 'z'] } },
      { old_val: null, new_val: { id: 1, tags: ['b', 'c', 'z'] } },
      { old_val: { id: 1, tags: ['b', 'c', 'z'] }, new_val: { id: 1, tags: ['c'] } },
      { old_val: { id: 1, tags: ['b', 'c', 'z'] }, new_val: null },
    ]);
  });

  test('a feed of a range omits rows that its transformation removes', () => {
    const scene = new Scene();
    const before = (row: DatumObject) => (row.a === undefined ? [] : [{ a: row.a }]);
    const feed = scene.open(scene.range({ before }));
    scene.put({ id: 1 });
    scene.put({ id: 1, a: 1 });
    scene.put({ id: 1, a: 1, b: 1 });
    scene.put({ id: 1, b: 1 });
    expect(feed.take(ALL)).toEqual([
      { old_val: null, new_val: { a: 1 } },
      { old_val: { a: 1 }, new_val: null },
    ]);
  });

  const fieldA = (row: DatumObject) => {
    if (row.a === undefined) throw nonExistence('No attribute `a` in object.');
    return [row.a];
  };

  // As a RethinkDB server does it.
  test('a feed of a range omits changed rows that its transformation refuses', () => {
    const scene = new Scene();
    const feed = scene.open(scene.range({ before: fieldA }));
    scene.put({ id: 1 });
    scene.put({ id: 1, a: 1 });
    scene.put({ id: 1 });
    expect(feed.take(ALL)).toEqual([
      { old_val: null, new_val: 1 },
      { old_val: 1, new_val: null },
    ]);
    expect(feed).toMatchObject({ isEnded: false, error: undefined });
  });

  test('a feed of a range ends with an error of its transformation of an initial value, and other feeds continue', () => {
    const scene = new Scene();
    scene.put({ id: 1 });
    const feed = scene.open(scene.range({ before: fieldA }), { includeInitial: true });
    const other = scene.open(scene.range());
    feed.take(ALL);
    expect(feed.error).toMatchObject({ kind: 'NON_EXISTENCE' });
    scene.put({ id: 2 });
    expect(other.take(ALL)).toHaveLength(1);
  });
});

describe('a feed that is not read', () => {
  test('a feed that is not read drops changes above the limit, reports their number, and continues', () => {
    const scene = new Scene();
    const feed = scene.open(scene.range(), { changefeedQueueSize: 10 });
    for (let id = 0; id < 25; id++) scene.put({ id });
    expect(feed.take(1)).toEqual([{ error: 'Changefeed cache over array size limit, skipped 22 elements.' }]);
    expect(feed.take(ALL)).toHaveLength(3);
    scene.put({ id: 99 });
    expect(feed.take(ALL)).toEqual([{ old_val: null, new_val: { id: 99 } }]);
  });

  test('a feed that is not read combines the changes of a document if it squashes', () => {
    const scene = new Scene();
    scene.put({ id: 1, n: 0 }, { id: 2 });
    const feed = scene.open(scene.range(), { squash: true });
    for (let n = 1; n <= 5; n++) scene.put({ id: 1, n });
    scene.put({ id: 3 });
    scene.remove(3);
    scene.put({ id: 2, a: 1 });
    scene.put({ id: 2 });
    expect(feed.take(ALL)).toEqual([{ old_val: { id: 1, n: 0 }, new_val: { id: 1, n: 5 } }]);
  });

  test('a feed that is not read refuses a queue size of 0', () => {
    const scene = new Scene();
    expect(() => scene.open(scene.range(), { changefeedQueueSize: 0 })).toThrow(
      'Illegal changefeed queue size `0`.',
    );
  });
});

describe('a union', () => {
  test('a union of sources delivers the states once, and the changes of all sources', () => {
    const scene = new Scene();
    scene.put({ id: 1 }, { id: 2 });
    const sources = [1, 2].map((key) => ({ kind: 'point', table: scene.table, key }) as const);
    const feed = scene.open(
      { kind: 'union', sources },
      { includeInitial: true, includeStates: true, squash: true },
    );
    expect(feed.take(ALL)).toEqual([
      { state: 'initializing' },
      { new_val: { id: 1 } },
      { new_val: { id: 2 } },
      { state: 'ready' },
    ]);
    scene.put({ id: 1, a: 1 }, { id: 2, a: 1 });
    expect(feed.take(ALL)).toHaveLength(2);
  });

  test('a union of open feeds notifies its reader for each feed, and ends with the first error', () => {
    const scene = new Scene();
    const other = scene.storage.write(() => scene.storage.createTable('test', 'u'));
    const feed = new UnionFeed([scene.open(scene.range()), scene.open(scene.range({ table: other }))]);
    let woken = 0;
    feed.onReady(() => woken++);
    scene.put({ id: 1 });
    scene.storage.write(() => other.put({ id: 2 }, null));
    expect(woken).toBe(1);
    expect(feed.take(ALL)).toHaveLength(2);
    expect(feed.isEnded).toBe(false);
    scene.storage.write(() => scene.storage.dropTable('test', 'u'));
    expect(feed).toMatchObject({ isEnded: true, error: { message: 'Changefeed aborted (unavailable).' } });
  });
});
