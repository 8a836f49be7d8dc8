import { type Datum, type DatumObject, isObject, pseudotype, setField } from '../values/datum.js';
import { logicError } from '../values/reql-error.js';
import { expected } from './datum-types.js';
import { missingField } from './missing-field.js';

/** The field of an object; NON_EXISTENCE if it has none of that name. */
export function getField(datum: Datum, name: string): Datum {
  if (!isObject(datum)) throw expected('OBJECT', datum);
  if (!Object.hasOwn(datum, name)) throw missingField(name, datum);
  return datum[name]!;
}

/** `{...object}` that is safe for every field name. */
function copyObject(object: DatumObject): DatumObject {
  const copy: DatumObject = {};
  for (const key of Object.keys(object)) setField(copy, key, object[key]!);
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
    const value = right[key]!;
    const present = Object.hasOwn(merged, key);
    if (isObject(value) && !isBytes(value) && present && !isLiteral(value)) {
      setField(merged, key, merge(merged[key]!, value));
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

/** The value with r.literal(x) replaced by x and fields with r.literal() left out; undefined for r.literal(). */
function withoutLiterals(datum: Datum): Datum | undefined {
  if (Array.isArray(datum)) {
    if (!datum.some(mayHoldLiteral)) return datum;
    return datum.map(withoutLiterals).filter((item) => item !== undefined);
  }
  if (!isObject(datum)) return datum;
  if (isLiteral(datum)) {
    if (!Object.hasOwn(datum, 'value')) return undefined;
    if (holdsLiteral(datum.value!)) throw strayLiteral();
    return datum.value;
  }
  const keys = Object.keys(datum);
  if (!keys.some((key) => mayHoldLiteral(datum[key]!))) return datum;
  const plain: DatumObject = {};
  for (const key of keys) {
    const value = withoutLiterals(datum[key]!);
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
