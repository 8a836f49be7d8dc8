import { binaryBytes } from './binary.js';
import {
  type Datum,
  type DatumObject,
  isExtremum,
  isObject,
  MINVAL,
  pseudotype,
  sortedKeys,
  typeName,
} from './datum.js';
import { logicError } from './reql-error.js';
import { compareStrings } from './string-order.js';

/**
 * ReQL's total order: a negative number, 0 or a positive number. Values of different types are ordered by
 * the name of the type (ARRAY < BOOL < NULL < NUMBER < OBJECT < PTYPE<...> < STRING), `r.minval` is below
 * and `r.maxval` above all.
 * @throws ReqlError LOGIC for a pseudotype without an order
 */
export function compare(a: Datum, b: Datum): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  const left = orderedType(a);
  const right = orderedType(b);
  if (left !== right) return left < right ? -1 : 1;
  if (a === null || b === null || isExtremum(a)) return 0;
  if (Array.isArray(a)) return compareArrays(a, Array.isArray(b) ? b : []);
  if (typeof a === 'boolean') return Number(a) - Number(b);
  switch (left) {
    case 'PTYPE<TIME>':
      return epochOf(a) - epochOf(b);
    case 'PTYPE<BINARY>':
      return Buffer.compare(binaryBytes(a), binaryBytes(b));
    case 'OBJECT':
      return compareObjects(isObject(a) ? a : {}, isObject(b) ? b : {});
    default:
      throw logicError(`Incomparable type ${left}.`);
  }
}

function epochOf(time: Datum): number {
  return isObject(time) && typeof time.epoch_time === 'number' ? time.epoch_time : Number.NaN;
}

export function equal(a: Datum, b: Datum): boolean {
  return a === b || compare(a, b) === 0;
}

/** Geometries are compared as objects. */
function orderedType(datum: Datum): string {
  if (isExtremum(datum)) return datum === MINVAL ? '' : '\uffff';
  return pseudotype(datum) === 'GEOMETRY' ? 'OBJECT' : typeName(datum);
}

function compareArrays(a: Datum[], b: Datum[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compare(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareObjects(a: DatumObject, b: DatumObject): number {
  const left = sortedKeys(a);
  const right = sortedKeys(b);
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const [key, other] = [left[i] ?? '', right[i] ?? ''];
    const order = compareStrings(key, other) || compare(a[key] ?? null, b[other] ?? null);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
