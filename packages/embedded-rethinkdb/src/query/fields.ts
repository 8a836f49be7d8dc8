import type { Datum, DatumObject } from '../datum/datum.js';
import { hasFields, parsePath, project } from '../operators/field-path.js';
import type { Value } from '../runtime/value.js';
import type { Arguments } from './arguments.js';
import { type ObjectTerm, onObjectOrSequence } from './object-or-sequence.js';

export function pluckFrom(target: Value, fields: Datum[], args: Arguments): Value {
  const path = parsePath(fields);
  return onFields(target, 'pluck', 'map', (object) => project(object, path), args);
}

export function hasFieldsIn(target: Value, fields: Datum[], args: Arguments): Value {
  const path = parsePath(fields);
  return onFields(target, 'has_fields', 'filter', (object) => hasFields(object, path), args);
}

function onFields(
  target: Value,
  name: string,
  mode: ObjectTerm['mode'],
  apply: (object: DatumObject) => Datum,
  args: Arguments,
): Value {
  const term = { name, mode, apply, deterministic: true };
  return onObjectOrSequence(target, term, args.limits, (error) => args.blame(0, error));
}
