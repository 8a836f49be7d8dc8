import { binaryBytes, makeBinary } from '../datum/binary.js';
import { type Datum, pseudotype, typeName } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import { asObject, typeError } from '../datum/type-checks.js';
import { elementAt, resolveRange, rowAt, type SliceRange } from '../operators/slice.js';
import { isSelection, toSelection } from '../runtime/conversions.js';
import { SingleSelection } from '../runtime/selection.js';
import { isDatum, type Value } from '../runtime/value.js';
import type { Arguments } from './arguments.js';

/** One element of an array or row of a stream; of a selection, as a selection of one row. */
export function nth(rows: Value, index: number, args: Arguments): Value {
  if (isDatum(rows)) return elementAt(items(rows), index);
  if (rows instanceof SingleSelection) return elementAt(args.array(0), index);
  if (!isSelection(rows)) return rowAt(args.finiteStream(0), index);
  const { table, stream } = toSelection(rows);
  const row = asObject(rowAt(stream, index));
  return new SingleSelection(table, row[table.primaryKey] ?? null, row);
}

function items(datum: Datum): Datum[] {
  if (Array.isArray(datum)) return datum;
  throw typeError(datum, `Cannot convert ${typeName(datum)} to SEQUENCE`);
}

/** `slice` of an array, a binary (by bytes) or a string (by code points). */
export function sliceData(datum: Datum, range: SliceRange, args: Arguments): Datum {
  if (Array.isArray(datum)) return datum.slice(...resolveRange(datum.length, range));
  if (typeof datum === 'string') {
    const characters = [...datum];
    return characters.slice(...resolveRange(characters.length, range)).join('');
  }
  if (pseudotype(datum) === 'BINARY') {
    const bytes = binaryBytes(datum);
    return makeBinary(bytes.subarray(...resolveRange(bytes.length, range)));
  }
  return args.at(0, () => {
    throw logicError(`Expected ARRAY, BINARY, or STRING, but found ${typeName(datum)}.`);
  });
}
