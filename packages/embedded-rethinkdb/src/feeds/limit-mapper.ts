import type { Datum, DatumObject } from '../datum/datum.js';
import { keyText } from '../datum/key-encoding.js';
import { compare, equal } from '../datum/order.js';
import { isWithin } from '../storage/bounds.js';
import type { Change } from '../storage/changes.js';
import type { ChangeMapper, RowChange } from './row-change.js';
import { type LimitSource, transformChanged } from './source.js';

/** A row of the window: its sort key (`value`, `key`) and the row that the reader gets. */
interface WindowRow {
  readonly value: Datum;
  readonly key: Datum;
  readonly row: Datum;
}

/**
 * The first rows of an ordered range. The window is in memory. The table is read again only if a row leaves a full window,
 * because a row behind the window may follow.
 */
export class LimitMapper implements ChangeMapper {
  readonly #source: LimitSource;
  #window: WindowRow[];

  constructor(source: LimitSource) {
    this.#source = source;
    this.#window = this.#read();
  }

  initialRows(): Iterator<RowChange> {
    return this.#window
      .map(({ key, row }, newOffset) => ({
        id: keyText(key),
        old: null,
        new: row,
        newOffset,
        isInitial: true,
      }))
      .values();
  }

  map(changes: readonly Change[]): RowChange[] {
    const before = this.#window;
    this.#window = this.#after(changes);
    return difference(before, this.#window);
  }

  /** The window after the changes of a commit. */
  #after(changes: readonly Change[]): WindowRow[] {
    const changed = new Map<string, Change>();
    for (const change of changes) changed.set(keyText(change.key), change); // the last change has the final document
    const window = this.#window.filter((row) => !changed.has(keyText(row.key)));
    const left = window.length < this.#window.length;
    const wasFull = this.#window.length === this.#source.limit;
    for (const change of changed.values()) window.push(...this.#rowsOf(change));
    window.sort((a, b) => this.#order(a, b));
    const last = this.#window.at(-1);
    if (left && wasFull && last !== undefined) {
      // A row behind the old window may come before the rows that were added now.
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
    const key = doc[table.primaryKey] ?? null;
    return transformChanged(before, doc)
      .slice(0, 1)
      .map((row) => ({ value, key, row }));
  }
}

function* entriesByKey(
  docs: Iterable<DatumObject>,
  primaryKey: string,
): Generator<{ value: Datum; doc: DatumObject }> {
  for (const doc of docs) yield { value: doc[primaryKey] ?? null, doc };
}

/**
 * The changes from one window to the next. A document that stays is a change with both values if they differ. Documents
 * that left and documents that came form pairs: one replaced the other.
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
    if (!equal(old.row, now.row)) changes.push(replacement(old, now));
  }
  const [gone, fresh] = [[...left.values()], [...came.values()]];
  for (let i = 0; i < Math.max(gone.length, fresh.length); i++) changes.push(replacement(gone[i], fresh[i]));
  return changes;
}

interface Place {
  readonly id: string;
  readonly row: Datum;
  readonly offset: number;
}

/** The places of a window by document. In a multi index a document may have several. */
function placesOf(window: readonly WindowRow[]): Map<string, Place> {
  const places = new Map<string, Place>();
  window.forEach(({ key, row }, offset) => {
    let id = keyText(key);
    while (places.has(id)) id += '+';
    places.set(id, { id, row, offset });
  });
  return places;
}

function replacement(old: Place | undefined, now: Place | undefined): RowChange {
  const id = old?.id ?? now?.id ?? '';
  return {
    id,
    nextId: now?.id ?? id,
    old: old?.row ?? null,
    new: now?.row ?? null,
    oldOffset: old?.offset ?? null,
    newOffset: now?.offset ?? null,
  };
}
