import { expect, test } from 'vitest';
import { RefCountedMap } from '../../server/lib/ref-counted-map.js';

function counted() {
  const events: string[] = [];
  let opened = 0;
  const map = new RefCountedMap<string, number>(
    (key) => {
      events.push(`open ${key}`);
      return ++opened;
    },
    (value, key) => events.push(`close ${key} ${value}`),
  );
  return { events, map };
}

test('RefCountedMap opens a value once and closes it when its last holder releases it', () => {
  const { events, map } = counted();
  const first = map.acquire('a');
  const second = map.acquire('a');
  expect([first.value, second.value, map.size]).toEqual([1, 1, 1]);
  first.release();
  expect(events).toEqual(['open a']);
  second.release();
  expect(events).toEqual(['open a', 'close a 1']);
  expect(map.size).toBe(0);
});

test('RefCountedMap ignores the second release of one holder', () => {
  const { events, map } = counted();
  const first = map.acquire('a');
  map.acquire('a');
  first.release();
  first.release();
  expect(events).toEqual(['open a']);
  expect(map.get('a')).toBe(1);
});

test('RefCountedMap does not close a new value when a holder of an old one releases', () => {
  const { events, map } = counted();
  const old = map.acquire('a');
  map.clear();
  map.acquire('a');
  old.release();
  expect(events).toEqual(['open a', 'close a 1', 'open a']);
  expect([...map.keys()]).toEqual(['a']);
  expect([...map.values()]).toEqual([2]);
});
