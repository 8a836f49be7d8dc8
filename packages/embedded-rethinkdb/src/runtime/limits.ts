import { logicError, type ReqlError, resourceLimit } from '../datum/reql-error.js';

/** The limits of one query. */
export interface Limits {
  /** The most elements an array may have (global option `array_limit`). */
  readonly arraySize: number;
}

export const DEFAULT_ARRAY_LIMIT = 100_000;

/** For sizes that are checked elsewhere. */
export const UNLIMITED: Limits = { arraySize: Number.POSITIVE_INFINITY };

export function arrayTooLarge(limit: number): ReqlError {
  return resourceLimit(
    `Array over size limit \`${limit}\`.  To raise the number of allowed elements, modify the ` +
      '`array_limit` option to `.run` (not available in the Data Explorer), or use an index.',
  );
}

export function checkArraySize(length: number, limits: Limits): void {
  if (length > limits.arraySize) throw arrayTooLarge(limits.arraySize);
}

/** Checks a limit that a client has set. */
export function checkLimit(what: string, value: number): number {
  if (value < 1) throw logicError(`Illegal ${what} \`${value}\`.  (Must be >= 1.)`);
  return value;
}
