import { expect, it } from 'vitest';
import { WindowCounter } from '../../server/lib/window-counter.js';

let time = 0;
const counter = (maxKeys?: number) => {
  time = 0;
  return new WindowCounter({ windowMs: 10_000, now: () => time, ...(maxKeys && { maxKeys }) });
};

it('the counter has one window per key', () => {
  const counts = counter();
  expect(counts.get('a')).toBeNull();
  expect(counts.add('a')).toEqual({ count: 1, msLeft: 10_000 });
  time = 4_000;
  expect(counts.add('b')).toEqual({ count: 1, msLeft: 10_000 });
  expect(counts.add('a')).toEqual({ count: 2, msLeft: 6_000 });
  expect(counts.get('a')).toEqual({ count: 2, msLeft: 6_000 });
  time = 10_000;
  expect(counts.add('a')).toEqual({ count: 1, msLeft: 10_000 });
  expect(counts.add('b')).toEqual({ count: 2, msLeft: 4_000 });
});

it('the counter can undo an event', () => {
  const counts = counter();
  counts.add('a');
  counts.subtract('a');
  counts.subtract('unknown');
  expect(counts.add('a').count).toBe(1);
});

it('the counter drops windows that have ended', () => {
  const counts = counter();
  for (let i = 0; i < 100; i += 1) counts.add(`${i}`);
  expect(counts.size).toBe(100);
  for (const end of [10_000, 20_000]) {
    time = end;
    counts.add('next');
  }
  expect(counts.size).toBe(1);
});

it('the counter holds a bounded number of keys and drops the older half', () => {
  const counts = counter(4);
  for (const key of ['a', 'b', 'c', 'd', 'd']) counts.add(key);
  expect(counts.size).toBe(4);
  expect(counts.add('e').count).toBe(1);
  expect(counts.size).toBe(3);
  expect([counts.get('a'), counts.get('b')]).toEqual([null, null]);
  expect(counts.get('d')?.count).toBe(2);
});

it('the counter continues a key in its generation', () => {
  const counts = counter(4);
  for (const key of ['a', 'b', 'c', 'a', 'a']) counts.add(key);
  expect(counts.get('a')?.count).toBe(3);
});

it('the counter is bounded by default', () => {
  const counts = counter();
  for (let i = 0; i < 1_000_000; i += 1) counts.add(`user-${i}`);
  expect(counts.size).toBeLessThanOrEqual(50_000);
});
