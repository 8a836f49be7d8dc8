import { type Datum, isExtremum, pseudotype, REQL_TYPE, sortedKeys } from './datum.js';
import { printNumber } from './json.js';

/** A value as in RethinkDB's error messages: JSON with sorted keys, indented by tabs except for binaries. */
export function displayDatum(datum: Datum, margin = '\n'): string {
  if (typeof datum === 'number') return printNumber(datum);
  if (datum === null || typeof datum !== 'object' || isBinary(datum)) return JSON.stringify(datum);
  const inner = `${margin}\t`;
  const display = (item: Datum, space: string) => (isBinary(item) ? '' : space) + displayDatum(item, inner);
  if (Array.isArray(datum)) {
    if (datum.length === 0) return '[]';
    return `[${datum.map((item) => display(item, inner)).join()}${margin}]`;
  }
  if (isExtremum(datum)) return `"r.${String(datum[REQL_TYPE]).toLowerCase()}"`;
  const fields = sortedKeys(datum).map(
    (key) => `${inner}${JSON.stringify(key)}:${display(datum[key] ?? null, '\t')}`,
  );
  return fields.length === 0 ? '{}' : `{${fields.join()}${margin}}`;
}

function isBinary(datum: Datum): boolean {
  return pseudotype(datum) === 'BINARY';
}

const TRUNCATED_BYTES = 300;

/** The same, cut to 300 bytes. */
export function displayShort(datum: Datum): string {
  const text = displayDatum(datum);
  const bytes = Buffer.from(text);
  if (bytes.length <= TRUNCATED_BYTES) return text;
  return `${bytes.subarray(0, TRUNCATED_BYTES - 3).toString()}...`;
}
