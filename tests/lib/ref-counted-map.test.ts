import { expect, onTestFinished, test, vi } from 'vitest';
import { RefCountedMap } from '../../server/lib/ref-counted-map.js';

function counted(options?: { lingerMs: number }) {
  const events: string[] = [];
  let opened = 0;
  const map = new RefCountedMap<string, number>(
    (key) => {
      events.push(`open ${key}`);
      return ++opened;
    },
    (value, key) => events.push(`close ${key} ${value}`),
    options,
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

test('RefCountedMap keeps a value open for the linger time after its last release', () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { events, map } = counted({ lingerMs: 100 });
  map.acquire('a').release();
  vi.advanceTimersByTime(99);
  expect(events).toEqual(['open a']);
  const again = map.acquire('a');
  vi.advanceTimersByTime(1_000);
  expect([again.value, events]).toEqual([1, ['open a']]);
  again.release();
  vi.advanceTimersByTime(100);
  expect(events).toEqual(['open a', 'close a 1']);
  map.acquire('b').release();
  map.clear();
  vi.advanceTimersByTime(1_000);
  expect(events).toEqual(['open a', 'close a 1', 'open b', 'close b 2']);
});
