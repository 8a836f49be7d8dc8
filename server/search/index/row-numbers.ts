/**
 * Row numbers of the index are in the order of time: the milliseconds of `sent`, then a number within the millisecond. A
 * query that wants the newest messages reads the index from its end and stops when it has enough.
 */
const ROWS_PER_MS = 2_048;
/** Times outside the years 1970 to 2109 are cut, so that row numbers are safe integers; the order there has no meaning. */
const MAX_SENT_MS = 2 ** 42 - 1;

/** The first row number of a time, in milliseconds since 1970. */
export function firstRowAt(sent: number): number {
  return Math.min(Math.max(Math.floor(sent), 0), MAX_SENT_MS) * ROWS_PER_MS;
}

/** Larger than every row number. */
export const AFTER_ALL_ROWS = Number.MAX_SAFE_INTEGER;

/**
 * A free row number for a time. When all of its millisecond are taken, the next one with a free number is used: a driver can
 * insert any number of rows with the same time.
 * @param lastBetween the last row number that is taken from the first up to, without, the second one; null if all are free
 */
export function freeRowAt(sent: number, lastBetween: (first: number, end: number) => number | null): number {
  for (let first = firstRowAt(sent), step = 1; ; first += step * ROWS_PER_MS, step = Math.min(step * 2, 64)) {
    const end = first + ROWS_PER_MS;
    const last = lastBetween(first, end);
    if (last === null) return first;
    if (last + 1 < end) return last + 1;
  }
}
