import type { Datum } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import { Stream } from '../runtime/stream.js';
import { compareKeyed, keyedRow, type SortKey } from './sort.js';

/** All rows of several streams, one stream after the other. */
export function union(streams: readonly Stream[]): Stream {
  return new Stream(
    function* () {
      for (const stream of streams) yield* stream.rows();
    },
    {
      array: streams.every((stream) => stream.isArray),
      infinite: streams.some((stream) => stream.isInfinite),
      feed: { kind: 'union', of: streams },
    },
  );
}

/** Merges streams that are in the order of the keys. */
export function orderedUnion(streams: readonly Stream[], keys: readonly SortKey[]): Stream {
  if (streams.some((stream) => stream.isInfinite)) {
    throw logicError('Cannot use an infinite stream with an ordered `union`.');
  }
  return new Stream(() => mergeOrdered(streams, keys), { array: streams.every((stream) => stream.isArray) });
}

function* mergeOrdered(streams: readonly Stream[], keys: readonly SortKey[]): Iterable<Datum> {
  const heads = streams.flatMap((stream) => {
    const rows = stream.rows()[Symbol.iterator]();
    const first = rows.next();
    return first.done ? [] : [{ rows, head: keyedRow(first.value, keys) }];
  });
  while (heads.length > 0) {
    const least = heads.reduce((best, other) =>
      compareKeyed(other.head, best.head, keys) < 0 ? other : best,
    );
    yield least.head.row;
    const next = least.rows.next();
    if (next.done) {
      heads.splice(heads.indexOf(least), 1);
      continue;
    }
    const head = keyedRow(next.value, keys);
    if (compareKeyed(head, least.head, keys) < 0) {
      throw logicError('The streams given as arguments are not ordered by given ordering.');
    }
    least.head = head;
  }
}
