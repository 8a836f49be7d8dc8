import { type Datum, type DatumObject, setField } from '../values/datum.js';
import { displayDatum, displayShort } from '../values/display.js';
import { logicError } from '../values/reql-error.js';

/** Adds a field that must be new; `what` names what is being built. */
export function addField(object: DatumObject, key: string, value: Datum, what: string): void {
  if (Object.hasOwn(object, key)) {
    throw logicError(
      `Duplicate key ${displayDatum(key)} in ${what}.  ` +
        `(got ${displayShort(object[key]!)} and ${displayShort(value)} as values)`,
    );
  }
  setField(object, key, value);
}
