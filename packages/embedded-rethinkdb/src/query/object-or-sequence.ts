import { type Datum, type DatumObject, isObject, pseudotype, typeName } from '../datum/datum.js';
import { logicError, ReqlError } from '../datum/reql-error.js';
import { typeError } from '../datum/type-checks.js';
import { isSequence, refine, sequenceValue, toStream } from '../runtime/conversions.js';
import type { Limits } from '../runtime/limits.js';
import { SingleSelection } from '../runtime/selection.js';
import { displayValue, isDatum, type Value } from '../runtime/value.js';

/** A term such as `pluck`, which applies to an object or to each object of a sequence. */
export interface ObjectTerm {
  readonly name: string;
  /** `map`: replaces each object by the result; `filter`: keeps it if the result is true; `skip`: drops it without a result. */
  readonly mode: 'map' | 'filter' | 'skip';
  readonly deterministic: boolean;
  /** Pseudotypes that the term accepts as well. */
  readonly pseudotypes?: readonly string[];
  readonly apply: (object: DatumObject) => Datum;
}

/** Applies a term that takes an object or a sequence of objects. */
export function onObjectOrSequence(
  target: Value,
  term: ObjectTerm,
  limits: Limits,
  blame: (error: unknown) => unknown = (error) => error,
): Value {
  const datum = isDatum(target) ? target : target instanceof SingleSelection ? target.get() : undefined;
  if (isPlain(datum)) {
    if (!isTaken(datum, term)) throw blame(notForPseudotype(datum, term));
    return term.apply(datum);
  }
  if (Array.isArray(datum) || (datum === undefined && isSequence(target)))
    return onSequence(target, term, limits);
  throw blame(notAnObject(target, term));
}

function onSequence(target: Value, term: ObjectTerm, limits: Limits): Value {
  const { deterministic } = term;
  const one = (row: Datum) => {
    if (isPlain(row)) return applyToObject(row, term);
    if (Array.isArray(row)) throw logicError(`Cannot perform ${term.name} on a sequence of sequences.`);
    throw notAnObject(row, term);
  };
  switch (term.mode) {
    case 'map':
      return sequenceValue(toStream(target).with({ kind: 'map', apply: one, deterministic }), limits);
    case 'filter': {
      const keep = (row: Datum) => unlessMissing(() => one(row)) === true;
      return refine(target, limits, (stream) => stream.with({ kind: 'filter', keep, deterministic }));
    }
    case 'skip': {
      const apply = (row: Datum) => {
        const found = unlessMissing(() => one(row));
        return found === undefined ? [] : [found];
      };
      return sequenceValue(toStream(target).with({ kind: 'concat', apply, deterministic }), limits);
    }
  }
}

function isPlain(datum: Datum | undefined): datum is DatumObject {
  return isObject(datum) && pseudotype(datum) !== 'BINARY';
}

function applyToObject(object: DatumObject, term: ObjectTerm): Datum {
  if (!isTaken(object, term)) throw notForPseudotype(object, term);
  return term.apply(object);
}

function isTaken(object: DatumObject, term: ObjectTerm): boolean {
  const name = pseudotype(object);
  return name === undefined || term.pseudotypes?.includes(name) === true;
}

function notForPseudotype(object: DatumObject, term: ObjectTerm): Error {
  return logicError(`Cannot call \`${term.name}\` on objects of type \`${typeName(object)}\`.`);
}

function unlessMissing(action: () => Datum): Datum | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof ReqlError && error.kind === 'NON_EXISTENCE') return undefined;
    throw error;
  }
}

function notAnObject(found: Value, term: ObjectTerm): Error {
  return typeError(
    found instanceof SingleSelection ? found.get() : isDatum(found) ? found : 0,
    `Cannot perform ${term.name} on a non-object non-sequence \`${displayValue(found)}\`.`,
  );
}
