import { type Datum, type DatumObject, isObject, pseudotype, typeName } from './datum.js';
import { displayShort } from './display.js';
import { logicError, ReqlError } from './reql-error.js';

/**
 * An error about the type of a value. RethinkDB treats an unexpected null as a missing value, so that `default` catches
 * it.
 */
export function typeError(found: Datum, message: string): ReqlError {
  return new ReqlError(found === null ? 'NON_EXISTENCE' : 'LOGIC', message);
}

export function expected(type: string, found: Datum): ReqlError {
  return typeError(found, `Expected type ${type} but found ${typeName(found)}.`);
}

export function asNumber(datum: Datum): number {
  if (typeof datum !== 'number') throw expected('NUMBER', datum);
  return datum;
}

export function asString(datum: Datum): string {
  if (typeof datum !== 'string') throw expected('STRING', datum);
  return datum;
}

export function asArray(datum: Datum): Datum[] {
  if (!Array.isArray(datum)) throw expected('ARRAY', datum);
  return datum;
}

/** An object or a pseudotype other than BINARY. */
export function asObject(datum: Datum): DatumObject {
  if (!isObject(datum) || pseudotype(datum) === 'BINARY') throw expected('OBJECT', datum);
  return datum;
}

/** Everything but false and null is true. */
export function asBoolean(datum: Datum): boolean {
  return datum !== false && datum !== null;
}

export function asTime(datum: Datum): DatumObject {
  return asPseudotype('TIME', datum);
}

export function asPseudotype(name: string, datum: Datum): DatumObject {
  if (pseudotype(datum) === name) return datum as DatumObject;
  throw logicError(`Not a ${name} pseudotype: \`${displayShort(datum)}\`.`);
}

const MAX_INTEGER = 2 ** 53;

export function asInteger(datum: Datum): number {
  const number = asNumber(datum);
  if (Number.isInteger(number) && Math.abs(number) <= MAX_INTEGER) return number + 0; // -0 + 0 is 0
  const range = number < -MAX_INTEGER ? ' (<-2^53)' : number > MAX_INTEGER ? ' (>2^53)' : '';
  throw logicError(`Number not an integer${range}: ${displayNumber(number)}`);
}

/** An integer that fits into 32 bits. */
export function asInt32(datum: Datum): number {
  const number = asInteger(datum);
  if (number > 2 ** 31 - 1) throw logicError(`Integer too large: ${number}`);
  if (number < -(2 ** 31)) throw logicError(`Integer too small: ${number}`);
  return number;
}

/** A number in C's format `%.20g`, as in RethinkDB's messages. */
export function displayNumber(number: number): string {
  if (Number.isNaN(number)) return 'nan';
  if (!Number.isFinite(number)) return number < 0 ? '-inf' : 'inf';
  const text = number.toPrecision(20);
  const [mantissa, exponent] = text.split('e') as [string, string | undefined];
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  if (exponent === undefined) return short;
  const digits = exponent.slice(1).padStart(2, '0');
  return `${short}e${exponent[0]}${digits}`;
}

/** A number as a datum: ReQL has neither NaN nor infinities. */
export function finite(number: number): number {
  if (Number.isFinite(number)) return number;
  throw logicError(`Non-finite number: ${displayNumber(number)}`);
}
