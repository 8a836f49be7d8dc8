import { resolveRange, type SliceRange } from '../sequences/slice.js';
import { binaryBytes, makeBinary } from '../values/binary.js';
import { type Datum, pseudotype, typeName } from '../values/datum.js';
import { logicError } from '../values/reql-error.js';
import type { Arguments } from './arguments.js';

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
