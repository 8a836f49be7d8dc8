import { type Datum, isExtremum, typeName } from '../values/datum.js';
import { withSortedKeys } from '../values/display.js';
import { logicError } from '../values/reql-error.js';

/** A value as JSON text with sorted keys. */
export function toJson(datum: Datum): string {
  refuseExtrema(datum);
  return JSON.stringify(withSortedKeys(datum));
}

/** `r.minval` and `r.maxval` cannot be sent or printed. */
export function refuseExtrema(datum: Datum): void {
  if (datum === null || typeof datum !== 'object') return;
  if (isExtremum(datum)) throw logicError(`Cannot convert \`r.${typeName(datum).toLowerCase()}\` to JSON.`);
  for (const item of Array.isArray(datum) ? datum : Object.values(datum)) refuseExtrema(item);
}
