import { expect, test } from 'vitest';
import { SharedCall } from '../../server/lib/shared-call.js';

/** A shared call whose runs end when the test ends them. */
function open() {
  const runs: { resolve(result: number): void; reject(error: Error): void }[] = [];
  const shared = new SharedCall(
    () => new Promise<number>((resolve, reject) => runs.push({ resolve, reject })),
  );
  return { shared, runs };
}

test('callers during a run share the next one, which begins after their call', async () => {
  const { shared, runs } = open();
  const first = shared.call();
  const [second, third] = [shared.call(), shared.call()];
  expect(runs).toHaveLength(1);
  runs[0]?.resolve(1);
  expect(await first).toBe(1);
  await expect.poll(() => runs.length).toBe(2);
  runs[1]?.resolve(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  void shared.call();
  expect(runs).toHaveLength(3);
});

test('a run that fails rejects its own callers only', async () => {
  const { shared, runs } = open();
  const first = shared.call();
  const second = shared.call();
  runs[0]?.reject(new Error('lost'));
  await expect(first).rejects.toThrow('lost');
  await expect.poll(() => runs.length).toBe(2);
  runs[1]?.resolve(2);
  expect(await second).toBe(2);
});
