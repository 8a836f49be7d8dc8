import { describe, expect, test } from 'vitest';
import type { DatumObject } from '../../src/datum/datum.js';
import { nonExistence } from '../../src/datum/reql-error.js';
import { onFields } from '../storage/open-storage.js';
import { Scene } from './feeds.js';

const ALL = 1000;

function scoreboard(limit: number, descending: boolean, before?: (row: DatumObject) => DatumObject[]) {
  const scene = new Scene();
  scene.storage.write(() => scene.table.createIndex('score', onFields('score')));
  const index = scene.table.requireIndex('score');
  const source = { kind: 'limit', table: scene.table, index, bounds: {}, descending, limit, before } as const;
  return { scene, source, index };
}

/** A repeatable sequence of numbers below `below`. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

describe('a window', () => {
  // As a RethinkDB server does it.
  test('a window omits rows that its transformation refuses', () => {
    const name = (row: DatumObject) => {
      if (row.name === undefined) throw nonExistence('No attribute `name` in object.');
      return [{ name: row.name }];
    };
    const { scene, source } = scoreboard(2, true, name);
    scene.put({ id: 'a', score: 1, name: 'Anna' }, { id: 'b', score: 2 });
    const feed = scene.open(source, { includeInitial: true });
    expect(feed.take(ALL)).toEqual([{ new_val: { name: 'Anna' } }]);
    scene.put({ id: 'a', score: 1 });
    expect(feed.take(ALL)).toEqual([{ old_val: { name: 'Anna' }, new_val: null }]);
  });

  test('a window delivers its rows in order, with their positions', () => {
    const { scene, source } = scoreboard(2, true);
    scene.put({ id: 'a', score: 1 }, { id: 'b', score: 3 }, { id: 'c', score: 2 });
    const feed = scene.open(source, { includeInitial: true, includeOffsets: true });
    expect(feed.take(ALL)).toEqual([
      { new_offset: 0, new_val: { id: 'b', score: 3 } },
      { new_offset: 1, new_val: { id: 'c', score: 2 } },
    ]);
    scene.put({ id: 'a', score: 9 });
    expect(feed.take(ALL)).toEqual([
      { old_offset: 1, old_val: { id: 'c', score: 2 }, new_offset: 0, new_val: { id: 'a', score: 9 } },
    ]);
    scene.remove('b');
    expect(feed.take(ALL)).toEqual([
      { old_offset: 1, old_val: { id: 'b', score: 3 }, new_offset: 1, new_val: { id: 'c', score: 2 } },
    ]);
  });

  test('a window of no rows delivers nothing', () => {
    const { scene, source } = scoreboard(0, false);
    const feed = scene.open(source, { includeInitial: true });
    scene.put({ id: 1, score: 1 });
    expect(feed.take(ALL)).toEqual([]);
  });

  test.each([
    ['ascending', false, false, false],
    ['descending', true, false, false],
    ['filtered', false, true, false],
    ['squashing', true, false, true],
  ] as const)('the window (%s) equals the table after random writes', (_, descending, filtered, squash) => {
    const odd = (row: DatumObject) => ((row.score as number) % 2 === 1 ? [row] : []);
    const { scene, source, index } = scoreboard(4, descending, filtered ? odd : undefined);
    const random = numbers(descending ? 1 : 2);
    const feed = scene.open(source, { squash, includeOffsets: true });
    const view = new Map<unknown, DatumObject>();
    for (let step = 0; step < 300; step++) {
      scene.storage.write(() => {
        for (let n = random(3); n >= 0; n--) {
          const id = random(12);
          const action = random(4);
          if (action === 0 && scene.table.get(id)) scene.remove(id);
          else scene.put(action === 1 ? { id } : { id, score: random(20), step });
        }
      });
      if (squash && step % 5 !== 0) continue;
      for (const change of feed.take(ALL) as { old_val: DatumObject | null; new_val: DatumObject | null }[]) {
        if (change.old_val) expect(view.delete(change.old_val.id)).toBe(true);
        if (change.new_val) view.set(change.new_val.id, change.new_val);
      }
      const truth = [...scene.table.scanIndex(index, {}, descending)]
        .map(({ doc }) => doc)
        .filter((doc) => !filtered || odd(doc).length > 0)
        .slice(0, 4);
      expect(view.size).toBe(truth.length);
      for (const doc of truth) expect(view.get(doc.id)).toEqual(doc);
    }
  });
});
