import { randomBytes } from 'node:crypto';
import { logicError } from '../datum/reql-error.js';
import { displayNumber } from '../datum/type-checks.js';

/** A number of `[lower, upper)`, or of `(upper, lower]` if `upper` is smaller. */
export function randomFloat(lower: number, upper: number): number {
  // Halved before and doubled after, because the difference of two finite numbers may be infinite.
  const result = (lower / 2 + Math.random() * (upper / 2 - lower / 2)) * 2;
  const reachedEnd = upper > lower ? result >= upper : result <= upper;
  return reachedEnd ? lower : result;
}

/** An integer of `[lower, upper)`. */
export function randomInteger(lower: number, upper: number): number {
  checkBound('Lower', lower);
  checkBound('Upper', upper);
  if (lower >= upper) throw logicError(`Lower bound (${lower}) is not less than upper bound (${upper}).`);
  const range = BigInt(upper) - BigInt(lower);
  // 128 random bits: the bias of the remainder is too small to be measured.
  const bits = BigInt(`0x${randomBytes(16).toString('hex')}`);
  return Number(BigInt(lower) + (bits % range));
}

function checkBound(which: string, bound: number): void {
  if (Number.isInteger(bound) && Math.abs(bound) <= 2 ** 53) return;
  throw logicError(`${which} bound (${displayNumber(bound)}) could not be safely converted to an integer.`);
}
