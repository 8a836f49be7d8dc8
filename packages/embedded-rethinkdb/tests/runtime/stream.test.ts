import { describe, expect, test } from 'vitest';
import { sliceStream } from '../../src/operators/slice.js';
import { union } from '../../src/operators/union.js';
import { DEFAULT_ARRAY_LIMIT } from '../../src/runtime/limits.js';
import { liveStream, Stream } from '../../src/runtime/stream.js';

const limits = { arraySize: DEFAULT_ARRAY_LIMIT };
const step = (apply: (x: number) => number) =>
  ({ kind: 'map', apply: (row: unknown) => apply(row as number), deterministic: true }) as const;

function counted() {
  let read = 0;
  const stream = new Stream(function* () {
    for (;;) yield read++;
  });
  return { stream, read: () => read };
}

describe('streams', () => {
  test('streams read only as many rows as are needed', () => {
    const { stream, read } = counted();
    const rows = sliceStream(stream.with(step((x) => x * 2)), 1, 3);
    expect([...rows.rows()]).toEqual([2, 4]);
    expect(read()).toBe(3);
  });

  test('streams of arrays remain arrays through steps, slices and unions', () => {
    const array = Stream.ofArray([1, 2]);
    expect(array.with(step((x) => x)).isArray).toBe(true);
    expect(sliceStream(array, 0, 1).isArray).toBe(true);
    expect(union([array, array]).isArray).toBe(true);
    expect(union([array, counted().stream]).isArray).toBe(false);
  });

  test('streams stop at the array limit, also if they are infinite', () => {
    expect(() => counted().stream.toArray(limits)).toThrow('Array over size limit `100000`.');
  });

  test('streams without an end are refused if all rows are needed', () => {
    const endless = new Stream(() => [], { infinite: true });
    expect(() => endless.finiteRows()).toThrow('Cannot use an infinite stream');
    const live = liveStream({} as Parameters<typeof liveStream>[0]);
    expect(() => [...live.rows()]).toThrow('on an infinite stream (such as a changefeed)');
  });
});
