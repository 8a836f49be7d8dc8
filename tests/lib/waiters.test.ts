import { expect, test } from 'vitest';
import { Waiters } from '../../server/lib/waiters.js';

const never = () => {
  throw new Error('timed out');
};

test('Waiters end every wait for a key with the same outcome', async () => {
  const waiters = new Waiters<string, number>();
  const waits = [waiters.wait('a', 60_000, never), waiters.wait('a', 60_000, never)];
  expect(waiters.size).toBe(2);
  expect(waiters.resolve('b', 1)).toBe(false);
  expect(waiters.resolve('a', 2)).toBe(true);
  expect(await Promise.all(waits)).toEqual([2, 2]);
  expect(waiters.size).toBe(0);
});

test('Waiters reject a wait with the error given for its key', async () => {
  const waiters = new Waiters<string, number>();
  const wait = waiters.wait('a', 60_000, never);
  waiters.reject('a', new Error('lost'));
  await expect(wait).rejects.toThrow('lost');
});

test('Waiters end a wait that takes too long with the outcome of its timeout, or with its error', async () => {
  const waiters = new Waiters<string, number>();
  expect(await waiters.wait('a', 1, () => 7)).toBe(7);
  await expect(waiters.wait('a', 1, never)).rejects.toThrow('timed out');
  expect(waiters.size).toBe(0);
});

test('Waiters end all waits at once', async () => {
  const waiters = new Waiters<string, number>();
  const waits = ['a', 'b'].map((key) => waiters.wait(key, 60_000, never));
  waiters.resolveAll(0);
  expect(await Promise.all(waits)).toEqual([0, 0]);
});
