import type { Datum } from './datum.js';
import { decimalDigits } from './decimal.js';

/** A value as JSON. Unlike `JSON.stringify`, it preserves negative zero, as `-0.0`. */
export function encodeJson(datum: Datum): string {
  return holdsNegativeZero(datum) ? write(datum) : JSON.stringify(datum);
}

/** Parses JSON. As on RethinkDB, `-0` is the integer 0, and only `-0.0` is negative zero. @throws SyntaxError */
export function decodeJson(text: string): Datum {
  const parsed = JSON.parse(text) as Datum;
  if (!text.includes('-0') || !holdsNegativeZero(parsed)) return parsed;
  return JSON.parse(text.replace(STRING_OR_INTEGER_ZERO, (token) => (token === '-0' ? '0' : token))) as Datum;
}

const STRING_OR_INTEGER_ZERO = /"(?:[^"\\]|\\.)*"|-0(?![.eE])/g;

/** A number as RethinkDB prints it: integers beyond 2^53 are printed as floating point numbers. */
export function printNumber(number: number): string {
  if (Object.is(number, -0)) return '-0.0';
  if ((Number.isInteger(number) && Math.abs(number) <= 2 ** 53) || !Number.isFinite(number)) {
    return String(number);
  }
  const { digits, power } = decimalDigits(Math.abs(number));
  return (number < 0 ? '-' : '') + withPoint(digits, digits.length + power);
}

/** @param point the position of the decimal point among the digits */
function withPoint(digits: string, point: number): string {
  if (digits.length <= point && point <= 21) return `${digits.padEnd(point, '0')}.0`;
  if (point > 0 && point <= 21) return `${digits.slice(0, point)}.${digits.slice(point)}`;
  if (point > -6 && point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  const fraction = digits.length === 1 ? '' : `.${digits.slice(1)}`;
  return `${digits.slice(0, 1)}${fraction}e${point - 1}`;
}

export function holdsNegativeZero(datum: Datum): boolean {
  if (typeof datum === 'number') return Object.is(datum, -0);
  if (datum === null || typeof datum !== 'object') return false;
  if (Array.isArray(datum)) return datum.some(holdsNegativeZero);
  for (const key in datum) if (holdsNegativeZero(datum[key] ?? null)) return true;
  return false;
}

function write(datum: Datum): string {
  if (typeof datum === 'number') return printNumber(datum);
  if (datum === null || typeof datum !== 'object') return JSON.stringify(datum);
  if (Array.isArray(datum)) return `[${datum.map(write).join()}]`;
  const fields = Object.entries(datum).map(([key, value]) => `${JSON.stringify(key)}:${write(value)}`);
  return `{${fields.join()}}`;
}
