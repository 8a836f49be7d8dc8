import { type Datum, type DatumObject, isObject, pseudotype, setField } from '../datum/datum.js';
import { displayDatum, displayShort } from '../datum/display.js';
import { logicError } from '../datum/reql-error.js';

/** `{...object}` that is safe for every field name. */
function copyObject(object: DatumObject): DatumObject {
  const copy: DatumObject = {};
  for (const key of Object.keys(object)) setField(copy, key, object[key] ?? null);
  return copy;
}

function isLiteral(datum: Datum): boolean {
  return pseudotype(datum) === 'LITERAL';
}

/**
 * `left.merge(right)`: objects are merged field by field, everything else is replaced; r.literal(x) replaces
 * instead of merging, r.literal() removes the field.
 */
export function merge(left: Datum, right: Datum): Datum {
  if (!isObject(left) || !isObject(right) || isBytes(left) || isBytes(right))
    return withoutLiterals(right) ?? null;
  if (isLiteral(right)) throw strayLiteral();
  const merged = copyObject(left);
  for (const key of Object.keys(right)) {
    const value = right[key] ?? null;
    const present = Object.hasOwn(merged, key);
    if (isObject(value) && !isBytes(value) && present && !isLiteral(value)) {
      setField(merged, key, merge(merged[key] ?? null, value));
      continue;
    }
    const plain = withoutLiterals(value);
    if (plain === undefined) delete merged[key];
    else setField(merged, key, plain);
  }
  return merged;
}

function isBytes(datum: Datum): boolean {
  return pseudotype(datum) === 'BINARY';
}

/** The value with r.literal(x) replaced by x and without fields of r.literal(); undefined for r.literal(). */
function withoutLiterals(datum: Datum): Datum | undefined {
  if (Array.isArray(datum)) {
    if (!datum.some(mayHoldLiteral)) return datum;
    return datum.map(withoutLiterals).filter((item) => item !== undefined);
  }
  if (!isObject(datum)) return datum;
  if (isLiteral(datum)) {
    if (!Object.hasOwn(datum, 'value')) return undefined;
    if (holdsLiteral(datum.value ?? null)) throw strayLiteral();
    return datum.value;
  }
  const keys = Object.keys(datum);
  if (!keys.some((key) => mayHoldLiteral(datum[key] ?? null))) return datum;
  const plain: DatumObject = {};
  for (const key of keys) {
    const value = withoutLiterals(datum[key] ?? null);
    if (value !== undefined) setField(plain, key, value);
  }
  return plain;
}

function mayHoldLiteral(datum: Datum): boolean {
  return typeof datum === 'object' && datum !== null;
}

function holdsLiteral(datum: Datum): boolean {
  if (Array.isArray(datum)) return datum.some(holdsLiteral);
  return isObject(datum) && (isLiteral(datum) || Object.values(datum).some(holdsLiteral));
}

export function strayLiteral(): Error {
  return logicError(
    'Stray literal keyword found: literal is only legal inside of the object passed to merge or update ' +
      'and cannot nest inside other literals.',
  );
}

/** Adds a field. @param what the name of the object in the error message @throws ReqlError LOGIC for a duplicate key */
export function addField(object: DatumObject, key: string, value: Datum, what: string): void {
  if (Object.hasOwn(object, key)) {
    throw logicError(
      `Duplicate key ${displayDatum(key)} in ${what}.  ` +
        `(got ${displayShort(object[key] ?? null)} and ${displayShort(value)} as values)`,
    );
  }
  setField(object, key, value);
}
