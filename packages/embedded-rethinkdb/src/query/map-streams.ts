import type { Datum } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import { sequenceValue } from '../runtime/conversions.js';
import { type RowFunction, toDatum } from '../runtime/row-function.js';
import { Stream } from '../runtime/stream.js';
import type { Value } from '../runtime/value.js';
import type { Arguments } from './arguments.js';

/** `map(a, b, ..., f)`: f of the rows of all sequences side by side, until the shortest ends. */
export function mapStreams(args: Arguments): Value {
  const count = args.count - 1;
  const streams = Array.from({ length: count }, (_, i) => args.stream(i));
  const [first, ...others] = streams;
  const f = args.function(count);
  if (f.arity !== 0 && f.arity !== count) throw wrongArity(f.arity, count);
  if (first === undefined || others.length > 0) return sequenceValue(sideBySide(streams, f), args.limits);
  const step = {
    kind: 'map',
    apply: (row: Datum) => toDatum(f.call([row])),
    deterministic: f.isDeterministic,
  } as const;
  return sequenceValue(first.with(step), args.limits);
}

function wrongArity(wanted: number, found: number): Error {
  return logicError(
    `The function passed to \`map\` expects ${wanted} argument${wanted === 1 ? '' : 's'}, ` +
      `but ${found} sequence${found === 1 ? ' was' : 's were'} found.`,
  );
}

function sideBySide(streams: readonly Stream[], f: RowFunction): Stream {
  return new Stream(
    function* () {
      const cursors = streams.map((stream) => stream.rows()[Symbol.iterator]());
      for (;;) {
        const rows: Datum[] = [];
        for (const cursor of cursors) {
          const next = cursor.next();
          if (next.done) return;
          rows.push(next.value);
        }
        yield toDatum(f.call(rows));
      }
    },
    {
      array: streams.every((stream) => stream.isArray),
      infinite: streams.every((stream) => stream.isInfinite),
    },
  );
}
