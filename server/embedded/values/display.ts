import { type Datum, type DatumObject, isExtremum, REQL_TYPE, setField, sortedKeys } from './datum.js';

/** A value as RethinkDB prints it in error messages: JSON with sorted keys, indented by tabs. */
export function displayDatum(datum: Datum): string {
  return JSON.stringify(withSortedKeys(datum), null, '\t').replace(/^(\t*"(?:[^"\\]|\\.)*":) /gm, '$1\t');
}

const TRUNCATED_BYTES = 300;

/** The same, cut to 300 bytes: for messages about values of any size. */
export function displayShort(datum: Datum): string {
  const text = displayDatum(datum);
  const bytes = Buffer.from(text);
  if (bytes.length <= TRUNCATED_BYTES) return text;
  return `${bytes.subarray(0, TRUNCATED_BYTES - 3).toString()}...`;
}

/** A copy whose keys, on every level, stand in ReQL's order. */
export function withSortedKeys(datum: Datum): Datum {
  if (Array.isArray(datum)) return datum.map(withSortedKeys);
  if (datum === null || typeof datum !== 'object') return datum;
  if (isExtremum(datum)) return `r.${String(datum[REQL_TYPE]).toLowerCase()}`;
  const sorted: DatumObject = {};
  for (const key of sortedKeys(datum)) setField(sorted, key, withSortedKeys(datum[key]!));
  return sorted;
}
