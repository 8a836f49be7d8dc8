import { type Datum, pseudotype } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import { makeTime, roundToMilliseconds } from '../datum/time.js';
import { asArray, asInteger, asNumber, asString, asTime, finite } from '../datum/type-checks.js';
import { arrayTooLarge, checkArraySize, type Limits } from '../runtime/limits.js';

export function add(left: Datum, right: Datum, limits: Limits): Datum {
  if (isTime(left)) return later(left, asNumber(right));
  if (isTime(right)) return later(right, asNumber(left));
  if (typeof left === 'string') return left + asString(right);
  if (Array.isArray(left)) {
    const both = [...left, ...asArray(right)];
    checkArraySize(both.length, limits);
    return both;
  }
  return finite(asNumber(left) + asNumber(right));
}

/** The difference of two numbers; of two times, in seconds. */
export function subtract(left: Datum, right: Datum): Datum {
  if (!isTime(left)) return finite(asNumber(left) - asNumber(right));
  if (isTime(right)) return roundToMilliseconds(epoch(left) - epoch(right));
  return later(left, -asNumber(right));
}

/** The product of two numbers; of an array and a number, the repeated array. */
export function multiply(left: Datum, right: Datum, limits: Limits): Datum {
  if (Array.isArray(left)) return repeated(left, right, limits);
  if (Array.isArray(right)) return repeated(right, left, limits);
  return finite(asNumber(left) * asNumber(right));
}

function repeated(items: readonly Datum[], times: Datum, limits: Limits): Datum[] {
  const count = asInteger(times);
  if (count < 0) throw logicError('Cannot multiply an ARRAY by a negative number.');
  if (items.length * count > limits.arraySize) throw arrayTooLarge(limits.arraySize);
  if (items.length === 0) return [];
  return Array.from({ length: count }, () => items).flat();
}

export function divide(left: Datum, right: Datum): Datum {
  const dividend = asNumber(left);
  const divisor = asNumber(right);
  if (divisor === 0) throw logicError('Cannot divide by zero.');
  return finite(dividend / divisor);
}

/** The remainder of integers, with the sign of the dividend. A remainder of 0 has no sign. */
export function modulo(left: number, right: number): number {
  if (right === 0) throw logicError('Cannot take a number modulo 0.');
  return (left % right) + 0;
}

function isTime(datum: Datum): boolean {
  return pseudotype(datum) === 'TIME';
}

function epoch(time: Datum): number {
  return asNumber(asTime(time).epoch_time ?? null);
}

function later(time: Datum, seconds: number): Datum {
  return makeTime(finite(epoch(time) + seconds), asString(asTime(time).timezone ?? null));
}
