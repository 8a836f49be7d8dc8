import { describe, expect, it } from 'vitest';
import { HeavyWork } from '../../server/limits/heavy-work.js';

const address = (n: number) => `192.0.2.${n}`;

/** Work that ends when the test says so. */
function held() {
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { ended, end };
}

describe('heavy work', () => {
  it('heavy work of few clients starts at once, and its result or error reaches the caller', async () => {
    const heavy = new HeavyWork();
    expect(await heavy.run(address(1), () => 'result')).toBe('result');
    await expect(heavy.run(address(1), () => Promise.reject(new Error('of the work')))).rejects.toThrow(
      'of the work',
    );
    expect(await heavy.run(undefined, async () => 'again')).toBe('again');
  });

  it('heavy work runs in a few slots, and addresses with less recent work come first', async () => {
    const heavy = new HeavyWork({ slots: 1 });
    const first = held();
    const order: string[] = [];
    const running = heavy.run(address(1), () => first.ended);
    const others = [1, 1, 1, 2, 3, 2].map((n, i) => heavy.run(address(n), () => order.push(`${n}:${i}`)));
    expect(heavy.depth).toBe(6);
    first.end();
    await Promise.all([running, ...others]);
    expect(order).toEqual(['2:3', '3:4', '1:0', '2:5', '1:1', '1:2']);
    expect(heavy.depth).toBe(0);
  });

  it('heavy work that does not end gives its slot back after a while', async () => {
    const heavy = new HeavyWork({ slots: 1 });
    const first = held();
    const running = heavy.run(address(1), () => first.ended);
    expect(await heavy.run(address(2), () => 'second')).toBe('second');
    first.end();
    await running;
    expect(heavy.depth).toBe(0);
  });

  it('heavy work without pauses gives its slot to the next task at once', async () => {
    const heavy = new HeavyWork({ slots: 1, hasPauses: false });
    const first = held();
    const running = heavy.run(address(1), () => first.ended);
    let hasBegun = false;
    const second = heavy.run(address(2), () => {
      hasBegun = true;
    });
    first.end();
    // Only promises are settled; no timer can run in between.
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
    expect(hasBegun).toBe(true);
    await Promise.all([running, second]);
  });

  it('heavy work is refused with a retry time when too many tasks wait, per address and in total', async () => {
    const heavy = new HeavyWork({ slots: 1, maxWaiting: 5, maxWaitingPerAddress: 2 });
    const first = held();
    const running = [heavy.run(address(1), () => first.ended)];
    const add = (n: number) => running.push(heavy.run(address(n), () => first.ended));
    for (const n of [1, 1]) add(n);
    const refusal = { code: 'overloaded', status: 503, details: { retryAfterMs: expect.any(Number) } };
    await expect(heavy.run(address(1), () => 'x')).rejects.toMatchObject(refusal);
    for (const n of [2, 3, 4]) add(n);
    await expect(heavy.run(address(5), () => 'x')).rejects.toMatchObject(refusal);
    first.end();
    await Promise.all(running);
    expect(await heavy.run(address(1), () => 'x')).toBe('x');
  });

  it('a slot that pauses between two tasks does not keep the process alive', async () => {
    const heavy = new HeavyWork({ slots: 1 });
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    let isSecondDone = false;
    const first = heavy.run(address(1), () => {
      const end = performance.now() + 50;
      while (performance.now() < end);
    });
    const second = heavy.run(address(2), () => {
      isSecondDone = true;
    });
    await first;
    expect(isSecondDone).toBe(false);
    expect(timers()).toBe(before);
    await second;
  });

  it('a busy office behind one address gets turns while hundreds of other addresses keep all slots busy', async () => {
    const heavy = new HeavyWork({ slots: 1, hasPauses: false });
    const order: string[] = [];
    const first = held();
    const tasks = [heavy.run('198.51.100.1', () => first.ended)];
    // The recent work of the office's people, one after another: it has no place among the idle addresses any more.
    for (let i = 0; i < 20; i += 1) tasks.push(heavy.run('203.0.113.1', () => void order.push('earlier')));
    first.end();
    await Promise.all(tasks);
    const second = held();
    const all = [heavy.run('198.51.100.1', () => second.ended)];
    for (let n = 0; n < 250; n += 1) all.push(heavy.run(address(n), () => void order.push('other')));
    for (let i = 0; i < 20; i += 1) all.push(heavy.run('203.0.113.1', () => void order.push('office')));
    second.end();
    await Promise.all(all);
    expect(order.slice(20, 20 + 20 * 8).filter((name) => name === 'office')).toHaveLength(20);
  });
});
