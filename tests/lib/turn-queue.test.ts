import { describe, expect, it } from 'vitest';
import { TurnQueue } from '../../server/lib/turn-queue.js';

const takeAll = (queue: TurnQueue<string>) => Array.from({ length: queue.size }, () => queue.take());

describe('a turn queue', () => {
  it('a turn queue gives groups without recent cost turns, and keeps the order of the entries of a group', () => {
    const queue = new TurnQueue<string>();
    for (const entry of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.add(entry[0]!, entry);
    expect(queue.size).toBe(6);
    expect(queue.sizeOf('a')).toBe(3);
    expect(takeAll(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(queue.take()).toBeUndefined();
    expect(queue.sizeOf('a')).toBe(0);
  });

  it('a turn queue takes the entry of a group with little recent cost before the entries of many groups with more', () => {
    const queue = new TurnQueue<string>();
    for (let i = 0; i < 100; i += 1) {
      queue.charge(`costly ${i}`, 10);
      queue.add(`costly ${i}`, 'costly');
    }
    queue.charge('ordinary', 2);
    queue.add('ordinary', 'ordinary');
    expect(queue.take()).toBe('ordinary');
  });

  it('a turn queue charges a group with the cost of its entries', () => {
    const queue = new TurnQueue<string>((entry) => entry.length);
    queue.add('long', 'x'.repeat(100));
    queue.add('long', 'second');
    for (let i = 0; i < 4; i += 1) queue.add('short', `${i}`);
    expect(takeAll(queue).slice(1)).toEqual(['0', '1', '2', '3', 'second']);
  });

  it('a turn queue gives a costly group every eighth turn, however many entries of others wait', () => {
    const queue = new TurnQueue<string>();
    queue.charge('costly', 1_000);
    queue.add('costly', 'costly');
    for (let i = 0; i < 1_000; i += 1) queue.add(`new ${i}`, 'new');
    const taken = Array.from({ length: 8 }, () => queue.take());
    expect(taken.filter((entry) => entry === 'costly')).toHaveLength(1);
  });
});
