import { type Datum, isExtremum, sortedKeys, typeName } from '../values/datum.js';
import { logicError } from '../values/reql-error.js';

/** A value as JSON text with sorted keys; numbers as RethinkDB writes them. */
export function toJson(datum: Datum): string {
  refuseExtrema(datum);
  return write(datum);
}

function write(datum: Datum): string {
  if (typeof datum === 'number') return writeNumber(datum);
  if (datum === null || typeof datum !== 'object') return JSON.stringify(datum);
  if (Array.isArray(datum)) return `[${datum.map(write).join()}]`;
  return `{${sortedKeys(datum)
    .map((key) => `${JSON.stringify(key)}:${write(datum[key]!)}`)
    .join()}}`;
}

/** Integers beyond 2^53 are shown as the floating point numbers they are. */
function writeNumber(number: number): string {
  if (Object.is(number, -0)) return '-0.0';
  const text = String(number).replace('e+', 'e');
  return Math.abs(number) > 2 ** 53 && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** `r.minval` and `r.maxval` cannot be sent or printed. */
export function refuseExtrema(datum: Datum): void {
  if (datum === null || typeof datum !== 'object') return;
  if (isExtremum(datum)) throw logicError(`Cannot convert \`r.${typeName(datum).toLowerCase()}\` to JSON.`);
  for (const item of Array.isArray(datum) ? datum : Object.values(datum)) refuseExtrema(item);
}
