import type { Datum } from '../datum/datum.js';
import { compare } from '../datum/order.js';

export interface Bound {
  readonly value: Datum;
  /** An open bound excludes its own value. */
  readonly open: boolean;
}

/** A range of keys or index values. An absent bound does not limit the range. */
export interface Bounds {
  readonly lower?: Bound | undefined;
  readonly upper?: Bound | undefined;
}

/** Whether a value lies within bounds, in ReQL's order. */
export function isWithin(value: Datum, { lower, upper }: Bounds): boolean {
  if (lower !== undefined) {
    const order = compare(value, lower.value);
    if (order < 0 || (order === 0 && lower.open)) return false;
  }
  if (upper !== undefined) {
    const order = compare(value, upper.value);
    if (order > 0 || (order === 0 && upper.open)) return false;
  }
  return true;
}
