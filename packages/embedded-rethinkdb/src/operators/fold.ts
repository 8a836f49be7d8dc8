import type { Datum } from '../datum/datum.js';
import { asArray } from '../datum/type-checks.js';
import { type RowFunction, toDatum } from '../runtime/row-function.js';
import { Stream } from '../runtime/stream.js';

/** `fold` without `emit`: the accumulator after all rows. */
export function fold(stream: Stream, base: Datum, f: RowFunction, finish?: RowFunction): Datum {
  let accumulator = base;
  for (const row of stream.finiteRows()) accumulator = f.datum(accumulator, row);
  return finish === undefined ? accumulator : finish.datum(accumulator);
}

/** A stream of the results of `emit(before, row, after)` for each row, and of `finish(accumulator)` at the end. */
export function foldingStream(
  stream: Stream,
  base: Datum,
  f: RowFunction,
  emit: RowFunction,
  finish?: RowFunction,
): Stream {
  return new Stream(
    function* () {
      let accumulator = base;
      for (const row of stream.rows()) {
        const before = accumulator;
        accumulator = toDatum(f.call([before, row]));
        yield* asArray(toDatum(emit.call([before, row, accumulator])));
      }
      if (finish !== undefined) yield* asArray(toDatum(finish.call([accumulator])));
    },
    { array: stream.isArray, infinite: stream.isInfinite },
  );
}
