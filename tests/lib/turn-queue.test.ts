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

  it('a turn queue gives every level turns while groups with less and groups with more cost keep waiting', () => {
    const queue = new TurnQueue<string>();
    for (const [group, cost] of [
      ['office', 20],
      ['costly', 1_000],
    ] as const)
      queue.charge(group, cost);
    for (let i = 0; i < 5; i += 1) queue.add('office', 'office');
    for (let i = 0; i < 50; i += 1) queue.add('costly', 'costly');
    const taken: (string | undefined)[] = [];
    // A new group for each turn: the lowest level never becomes empty.
    for (let i = 0; i < 5 * 16; i += 1) {
      queue.add(`new ${i}`, 'new');
      queue.add(`newer ${i}`, 'new');
      taken.push(queue.take());
    }
    expect(taken.filter((entry) => entry === 'office')).toHaveLength(5);
    expect(taken.filter((entry) => entry === 'costly')).toHaveLength(5);
    expect(taken.slice(0, 8).filter((entry) => entry === 'new')).toHaveLength(7);
  });

  it('a turn queue keeps its order and loses no entry with thousands of groups', () => {
    const queue = new TurnQueue<number>();
    for (let i = 0; i < 20_000; i += 1) queue.add(`group ${i}`, i);
    for (let i = 0; i < 20_000; i += 1) queue.add(`group ${i}`, 20_000 + i);
    const taken = Array.from({ length: 40_000 }, () => queue.take() ?? -1);
    expect(queue.size).toBe(0);
    expect(new Set(taken).size).toBe(40_000);
    const firsts = taken.filter((entry) => entry < 20_000);
    expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
  });
});
