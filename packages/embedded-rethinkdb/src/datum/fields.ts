import { type Datum, type DatumObject, isObject } from './datum.js';
import { displayDatum } from './display.js';
import { ReqlError } from './reql-error.js';
import { expected } from './type-checks.js';

/** A field of an object. @throws ReqlError NON_EXISTENCE if the field is missing */
export function getField(datum: Datum, name: string): Datum {
  if (!isObject(datum)) throw expected('OBJECT', datum);
  if (!Object.hasOwn(datum, name)) throw missingField(name, datum);
  return datum[name] ?? null;
}

/**
 * The error for a field that an object lacks. `filter`, `sum` and others meet it once per row and go on, so it
 * is cheap to create: it has no stack, and its message is composed when it is read.
 */
class MissingFieldError extends ReqlError {
  constructor(name: string, object: DatumObject) {
    super('NON_EXISTENCE', '');
    Object.defineProperty(this, 'message', {
      get: () => `No attribute \`${name}\` in object:\n${displayDatum(object)}`,
    });
  }
}

function missingField(name: string, object: DatumObject): ReqlError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new MissingFieldError(name, object);
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}
