import { isWithin } from '../storage/secondary-index.js';
import type { Change } from '../storage/shapes.js';
import type { Datum, DatumObject } from '../values/datum.js';
import { keyText } from '../values/key-encoding.js';
import { compare, equal } from '../values/order.js';
import type { Follower } from './follower.js';
import type { RowChange } from './items.js';
import { type LimitSource, transformChanged } from './source.js';

/** A row of the window: where it stands in the order, and what the reader sees. */
interface WindowRow {
  readonly value: Datum;
  readonly key: Datum;
  readonly row: Datum;
}

/**
 * The first rows of an ordered range. The window is kept in memory; the table is read again only when a row
 * leaves a full window, for then there may be one beyond it to take its place.
 */
export class LimitFollower implements Follower {
  readonly #source: LimitSource;
  #window: WindowRow[];

  constructor(source: LimitSource) {
    this.#source = source;
    this.#window = this.#read();
  }

  initialRows(): Iterator<RowChange> {
    return this.#window
      .map(({ key, row }, newOffset) => ({ id: keyText(key), old: null, new: row, newOffset, initial: true }))
      .values();
  }

  follow(changes: readonly Change[]): RowChange[] {
    const before = this.#window;
    this.#window = this.#after(changes);
    return difference(before, this.#window);
  }

  /** The window after the changes of a commit. */
  #after(changes: readonly Change[]): WindowRow[] {
    const changed = new Map<string, Change>();
    for (const change of changes) changed.set(keyText(change.key), change); // the last one has the final document
    const window = this.#window.filter((row) => !changed.has(keyText(row.key)));
    const left = window.length < this.#window.length;
    const wasFull = this.#window.length === this.#source.limit;
    for (const change of changed.values()) window.push(...this.#rowsOf(change));
    window.sort((a, b) => this.#order(a, b));
    if (left && wasFull) {
      // A row beyond the window may come before those that were put in now.
      const last = this.#window[this.#window.length - 1]!;
      const certain = window.filter((row) => this.#order(row, last) <= 0);
      if (certain.length < this.#source.limit) return this.#read();
    }
    return window.slice(0, this.#source.limit);
  }

  #order(a: WindowRow, b: WindowRow): number {
    const order = compare(a.value, b.value) || compare(a.key, b.key);
    return this.#source.descending ? -order : order;
  }

  #rowsOf(change: Change): WindowRow[] {
    const { index, bounds } = this.#source;
    if (change.new === null) return [];
    const values = index === null ? [change.key] : (change.indexValues.get(index)?.new ?? []);
    return values
      .filter((value) => isWithin(value, bounds))
      .flatMap((value) => this.#windowRows(value, change.new as DatumObject));
  }

  #read(): WindowRow[] {
    const { table, index, bounds, descending, limit } = this.#source;
    const window: WindowRow[] = [];
    if (limit === 0) return window;
    const entries =
      index === null
        ? entriesByKey(table.scan(bounds, descending), table.primaryKey)
        : table.scanIndex(index, bounds, descending);
    for (const { value, doc } of entries) {
      window.push(...this.#windowRows(value, doc));
      if (window.length >= limit) break;
    }
    return window;
  }

  #windowRows(value: Datum, doc: DatumObject): WindowRow[] {
    const { before, table } = this.#source;
    const key = doc[table.primaryKey]!;
    return transformChanged(before, doc)
      .slice(0, 1)
      .map((row) => ({ value, key, row }));
  }
}

function* entriesByKey(
  docs: Iterable<DatumObject>,
  primaryKey: string,
): Generator<{ value: Datum; doc: DatumObject }> {
  for (const doc of docs) yield { value: doc[primaryKey]!, doc };
}

/**
 * From one window to the next: a document that stays is told with both its values if it has changed; those
 * that left and those that came are told in pairs, as a place that was taken over.
 */
function difference(before: readonly WindowRow[], after: readonly WindowRow[]): RowChange[] {
  const left = placesOf(before);
  const came = placesOf(after);
  const changes: RowChange[] = [];
  for (const [id, old] of left) {
    const now = came.get(id);
    if (now === undefined) continue;
    left.delete(id);
    came.delete(id);
    if (!equal(old.row, now.row)) changes.push(takeOver(old, now));
  }
  const [gone, fresh] = [[...left.values()], [...came.values()]];
  for (let i = 0; i < Math.max(gone.length, fresh.length); i++) changes.push(takeOver(gone[i], fresh[i]));
  return changes;
}

interface Place {
  readonly id: string;
  readonly row: Datum;
  readonly offset: number;
}

/** The places of a window by document; in a multi index a document may have several. */
function placesOf(window: readonly WindowRow[]): Map<string, Place> {
  const places = new Map<string, Place>();
  window.forEach(({ key, row }, offset) => {
    let id = keyText(key);
    while (places.has(id)) id += '+';
    places.set(id, { id, row, offset });
  });
  return places;
}

function takeOver(old: Place | undefined, now: Place | undefined): RowChange {
  return {
    id: (old ?? now)!.id,
    nextId: (now ?? old)!.id,
    old: old?.row ?? null,
    new: now?.row ?? null,
    oldOffset: old?.offset ?? null,
    newOffset: now?.offset ?? null,
  };
}
