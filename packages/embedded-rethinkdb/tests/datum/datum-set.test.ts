import { describe, expect, test } from 'vitest';
import type { Datum } from '../../src/datum/datum.js';
import { DatumSet } from '../../src/datum/datum-set.js';

const time = (timezone: string) => ({ $reql_type$: 'TIME', epoch_time: 5, timezone });

describe('sets of values', () => {
  test.each<[Datum, Datum]>([
    [0, -0],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [time('+00:00'), time('+05:00')],
    [
      [1, [null]],
      [1, [null]],
    ],
  ])('sets treat %j and %j as equal', (a, b) => {
    expect(new DatumSet([a]).add(b)).toBe(false);
  });

  test.each<[Datum, Datum]>([
    [1, '1'],
    [null, 'null'],
    [['a,b'], ['a', 'b']],
    [{ a: 1 }, { a: '1' }],
    [5, time('+00:00')],
    [true, 'true'],
  ])('sets treat %j and %j as different', (a, b) => {
    expect(new DatumSet([a]).add(b)).toBe(true);
  });
});
