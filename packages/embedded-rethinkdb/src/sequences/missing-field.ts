import type { DatumObject } from '../values/datum.js';
import { displayDatum } from '../values/display.js';
import { ReqlError } from '../values/reql-error.js';

/**
 * The error for a field that an object lacks. `filter`, `sum` and others meet it once per row and go on, so it
 * is made cheap: no stack, and its message is composed when somebody reads it.
 */
class MissingFieldError extends ReqlError {
  constructor(name: string, object: DatumObject) {
    super('NON_EXISTENCE', '');
    Object.defineProperty(this, 'message', {
      get: () => `No attribute \`${name}\` in object:\n${displayDatum(object)}`,
    });
  }
}

export function missingField(name: string, object: DatumObject): ReqlError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new MissingFieldError(name, object);
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}
