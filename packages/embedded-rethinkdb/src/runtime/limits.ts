import { logicError, type ReqlError, resourceLimit } from '../datum/reql-error.js';

/** What one query may use. */
export interface Limits {
  /** The most elements an array may have (global option `array_limit`). */
  readonly arraySize: number;
}

export const DEFAULT_ARRAY_LIMIT = 100_000;

/** For what is checked elsewhere. */
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

/** Checks what a client gave as a limit. */
export function checkLimit(what: string, value: number): number {
  if (value < 1) throw logicError(`Illegal ${what} \`${value}\`.  (Must be >= 1.)`);
  return value;
}
