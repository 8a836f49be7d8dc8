import { expect, test } from 'vitest';
import { InsertQueue } from '../../server/database/tables/insert-queue.js';

/** A queue whose batches are written one by one, when the test calls `done`. */
function heldQueue() {
  const batches: { rows: string[]; done: () => void }[] = [];
  const queue = new InsertQueue<string, string>(
    (rows) => new Promise((resolve) => batches.push({ rows, done: () => resolve(rows) })),
    (row) => row.length,
  );
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
  return { queue, batches, nextTurn };
}

test('a sender with a few rows does not wait behind a sender with thousands', async () => {
  const { queue, batches, nextTurn } = heldQueue();
  const flood = Array.from({ length: 5_000 }, (_, i) => queue.insert(`flood ${i}`, 'hostile'));
  await nextTurn();
  const ordinary = queue.insert('ordinary', 'ordinary');
  batches[0]!.done();
  await nextTurn();
  expect(batches[4]!.rows).toContain('ordinary');
  batches[4]!.done();
  expect(await ordinary).toBe('ordinary');
  expect(queue.depth).toBeGreaterThan(4_000);
  while (batches.some(({ rows }) => rows.length > 0) && queue.depth > 0) {
    for (const { done } of batches.splice(0)) done();
    await nextTurn();
  }
  for (const { done } of batches) done();
  expect(await Promise.all(flood)).toHaveLength(5_000);
});

test('the rows of a sender keep their order, and senders take turns', async () => {
  const { queue, batches, nextTurn } = heldQueue();
  const rows = [
    ['a1', 'a'],
    ['a2', 'a'],
    ['b1', 'b'],
    ['a3', 'a'],
    ['c1', 'c'],
    ['b2', 'b'],
  ] as const;
  const written = rows.map(([row, sender]) => queue.insert(row, sender));
  await nextTurn();
  expect(batches[0]!.rows).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  batches[0]!.done();
  expect(await Promise.all(written)).toEqual(rows.map(([row]) => row));
});

test('a batch ends when its rows reach the limit of characters', async () => {
  const { queue, batches, nextTurn } = heldQueue();
  const written = Array.from({ length: 12 }, (_, i) => queue.insert(`${i}`.padEnd(8_000), `${i}`));
  await nextTurn();
  expect(batches.map(({ rows }) => rows.length)).toEqual([4, 4, 4]);
  for (const { done } of batches) done();
  expect(await Promise.all(written)).toHaveLength(12);
});
