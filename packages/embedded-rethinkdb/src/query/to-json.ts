import { type Datum, isExtremum, sortedKeys, typeName } from '../datum/datum.js';
import { printNumber } from '../datum/json.js';
import { logicError } from '../datum/reql-error.js';

/** A value as JSON text with sorted keys and numbers in RethinkDB's format. */
export function toJson(datum: Datum): string {
  refuseExtrema(datum);
  return write(datum);
}

function write(datum: Datum): string {
  if (typeof datum === 'number') return printNumber(datum);
  if (datum === null || typeof datum !== 'object') return JSON.stringify(datum);
  if (Array.isArray(datum)) return `[${datum.map(write).join()}]`;
  return `{${sortedKeys(datum)
    .map((key) => `${JSON.stringify(key)}:${write(datum[key] ?? null)}`)
    .join()}}`;
}

/** `r.minval` and `r.maxval` cannot be sent or printed. */
export function refuseExtrema(datum: Datum): void {
  if (datum === null || typeof datum !== 'object') return;
  if (isExtremum(datum)) throw logicError(`Cannot convert \`r.${typeName(datum).toLowerCase()}\` to JSON.`);
  for (const item of Array.isArray(datum) ? datum : Object.values(datum)) refuseExtrema(item);
}
