import type { Datum } from '../datum/datum.js';
import { Stream } from '../runtime/stream.js';

/** Up to `size` rows, each set of that size as likely as any other, in random order. */
export function sample(stream: Stream, size: number): Stream {
  const chosen: Datum[] = [];
  let seen = 0;
  for (const row of stream.finiteRows()) {
    seen++;
    if (chosen.length < size) chosen.push(row);
    else {
      const at = Math.floor(Math.random() * seen);
      if (at < size) chosen[at] = row;
    }
  }
  return Stream.ofArray(shuffled(chosen));
}

function shuffled(items: Datum[]): Datum[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [items[i], items[j]] = [items[j] ?? null, items[i] ?? null];
  }
  return items;
}
