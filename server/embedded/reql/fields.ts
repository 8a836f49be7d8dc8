import type { Limits } from '../sequences/limits.js';
import { hasFields, parsePath, project } from '../sequences/path.js';
import type { Value } from '../sequences/value.js';
import type { Datum, DatumObject } from '../values/datum.js';
import { onObjectOrSequence } from './object-or-sequence.js';

export function pluckFrom(target: Value, fields: Datum[], limits: Limits): Value {
  const path = parsePath(fields);
  return onObjectOrSequence(
    target,
    { ...PURE, name: 'pluck', mode: 'map', apply: (object) => project(object, path) },
    limits,
  );
}

export function hasFieldsIn(target: Value, fields: Datum[], limits: Limits): Value {
  const path = parsePath(fields);
  const apply = (object: DatumObject) => hasFields(object, path);
  return onObjectOrSequence(target, { ...PURE, name: 'has_fields', mode: 'filter', apply }, limits);
}

const PURE = { deterministic: true } as const;
