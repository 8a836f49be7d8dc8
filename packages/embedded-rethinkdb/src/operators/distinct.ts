import type { Datum } from '../datum/datum.js';
import { DatumSet } from '../datum/datum-set.js';
import { compare, equal } from '../datum/order.js';
import { checkArraySize, type Limits } from '../runtime/limits.js';
import { Stream } from '../runtime/stream.js';
import type { TableSlice } from '../runtime/table-slice.js';

/** All distinct values of a stream, sorted. */
export function distinct(stream: Stream, limits: Limits): Datum[] {
  const seen = new DatumSet();
  const found: Datum[] = [];
  for (const row of stream.finiteRows()) {
    if (seen.add(row)) found.push(row);
    if (found.length > limits.arraySize) checkArraySize(found.length, limits);
  }
  return found.sort(compare);
}

/** All distinct values of an index, in its order. */
export function distinctIndexValues(slice: TableSlice): Stream {
  return new Stream(function* () {
    let last: Datum | undefined;
    for (const { value } of slice.entries()) {
      if (last !== undefined && equal(last, value)) continue;
      last = value;
      yield value;
    }
  });
}
