import { typeError } from '../sequences/datum-types.js';
import { SingleSelection } from '../sequences/selection.js';
import { elementAt, rowAt } from '../sequences/slice.js';
import { isSelection, toSelection } from '../sequences/sources.js';
import { isDatum, type Value } from '../sequences/value.js';
import { type Datum, type DatumObject, typeName } from '../values/datum.js';
import type { Arguments } from './arguments.js';

/** One element of an array or row of a stream; of a selection, as a selection of one row. */
export function nth(rows: Value, index: number, args: Arguments): Value {
  if (isDatum(rows)) return elementAt(items(rows), index);
  if (rows instanceof SingleSelection) return elementAt(args.array(0), index);
  if (!isSelection(rows)) return rowAt(args.finiteStream(0), index);
  const { table, stream } = toSelection(rows);
  const row = rowAt(stream, index) as DatumObject;
  return new SingleSelection(table, row[table.primaryKey]!, row);
}

function items(datum: Datum): Datum[] {
  if (Array.isArray(datum)) return datum;
  throw typeError(datum, `Cannot convert ${typeName(datum)} to SEQUENCE`);
}
