import { compareStrings } from './string-order.js';

/**
 * A ReQL value as on the wire. Pseudotypes are plain objects with a `$reql_type$`:
 * TIME `{epoch_time, timezone}`, BINARY `{data: base64}`, GEOMETRY (GeoJSON). `r.minval` and `r.maxval`
 * are the two constants below: they occur in bounds only and are never stored.
 */
export type Datum = null | boolean | number | string | Datum[] | DatumObject;

export interface DatumObject {
  [key: string]: Datum;
}

export const REQL_TYPE = '$reql_type$';

export const MINVAL: DatumObject = Object.freeze({ [REQL_TYPE]: 'MINVAL' });
export const MAXVAL: DatumObject = Object.freeze({ [REQL_TYPE]: 'MAXVAL' });

export function isExtremum(datum: Datum): boolean {
  return datum === MINVAL || datum === MAXVAL;
}

/** True for every JSON object, pseudotypes included. */
export function isObject(datum: Datum | undefined): datum is DatumObject {
  return typeof datum === 'object' && datum !== null && !Array.isArray(datum);
}

/** `'TIME'`, `'BINARY'`, ... of a pseudotype; undefined for every other value. */
export function pseudotype(datum: Datum | undefined): string | undefined {
  if (!isObject(datum) || !Object.hasOwn(datum, REQL_TYPE)) return undefined;
  const name = datum[REQL_TYPE];
  return typeof name === 'string' ? name : undefined;
}

/** The name of a type in ReQL's `typeOf` and error messages: `'NUMBER'`, `'PTYPE<TIME>'`, … */
export function typeName(datum: Datum): string {
  if (datum === null) return 'NULL';
  if (typeof datum === 'boolean') return 'BOOL';
  if (typeof datum === 'number') return 'NUMBER';
  if (typeof datum === 'string') return 'STRING';
  if (Array.isArray(datum)) return 'ARRAY';
  if (isExtremum(datum)) return datum[REQL_TYPE] as string;
  const pseudo = pseudotype(datum);
  return pseudo === undefined ? 'OBJECT' : `PTYPE<${pseudo}>`;
}

/** Sets a field of any name. Assigning `__proto__` would change the prototype instead. */
export function setField(object: DatumObject, key: string, value: Datum): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/** The value of an own field, or undefined. Ignores fields inherited from Object.prototype. */
export function field(object: DatumObject, key: string): Datum | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Field names in ReQL's order: by their UTF-8 bytes. */
export function sortedKeys(object: DatumObject): string[] {
  return Object.keys(object).sort(compareStrings);
}
