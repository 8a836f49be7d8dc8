import type { Datum, DatumObject } from '../datum/datum.js';
import { hasFields, parsePath, project } from '../operators/field-path.js';
import type { Value } from '../runtime/value.js';
import type { Arguments } from './arguments.js';
import { type ObjectTerm, onObjectOrSequence } from './object-or-sequence.js';

export function pluckFrom(target: Value, args: Arguments): Value {
  const path = lazyPath(args);
  return onFields(target, 'pluck', 'map', (object) => project(object, path()), args);
}

export function hasFieldsIn(target: Value, args: Arguments): Value {
  const path = lazyPath(args);
  return onFields(target, 'has_fields', 'filter', (object) => hasFields(object, path()), args);
}

/** The path that the arguments from the second on describe. As on RethinkDB, it is evaluated with the first object. */
export function lazyPath(args: Arguments): () => Path {
  let path: Path | undefined;
  return () => {
    path ??= parsePath(args.data(1));
    return path;
  };
}

type Path = ReturnType<typeof parsePath>;

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
