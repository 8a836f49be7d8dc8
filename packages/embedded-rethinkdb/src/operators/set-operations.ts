import type { Datum } from '../datum/datum.js';
import { DatumSet } from '../datum/datum-set.js';

/** The distinct elements of an array and one more element. */
export function setInsert(items: readonly Datum[], item: Datum): Datum[] {
  return setUnion(items, [item]);
}

export function setUnion(left: readonly Datum[], right: readonly Datum[]): Datum[] {
  const seen = new DatumSet();
  return [...left, ...right].filter((item) => seen.add(item));
}

/** The elements of both arrays, in the order of the second. */
export function setIntersection(left: readonly Datum[], right: readonly Datum[]): Datum[] {
  const wanted = new DatumSet(left);
  return right.filter((item) => wanted.delete(item));
}

export function setDifference(left: readonly Datum[], right: readonly Datum[]): Datum[] {
  const seen = new DatumSet(right);
  return left.filter((item) => seen.add(item));
}
