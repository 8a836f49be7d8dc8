import { isWithin } from '../storage/secondary-index.js';
import type { Change } from '../storage/shapes.js';
import type { Datum, DatumObject } from '../values/datum.js';
import { keyText } from '../values/key-encoding.js';
import { equal } from '../values/order.js';
import type { Follower } from './follower.js';
import type { RowChange } from './items.js';
import { type RangeSource, transformChanged } from './source.js';

/**
 * A table, a range of an index or exact keys. A document counts once for each of its index values within
 * the range: under two tags of a multi index it is two rows, as on a RethinkDB server.
 */
export class RangeFollower implements Follower {
  readonly #source: RangeSource;
  /** While initial values are being read: the documents that the walk has passed, or leaves to their changes. */
  #seen: Set<string> | undefined;

  constructor(source: RangeSource) {
    this.#source = source;
  }

  /**
   * Rows are read as the reader asks for them. A document that changes meanwhile is told from its changes,
   * and the walk leaves it out.
   */
  initialRows(): Iterator<RowChange> {
    // Where a document may count several times, the walk cannot tell which of them the reader has seen.
    if (this.#source.index?.multi || this.#source.keys) return [...this.#read()].values();
    this.#seen = new Set();
    return this.#readUnseen(this.#seen);
  }

  *follow(changes: readonly Change[]): Generator<RowChange> {
    for (const change of changes) {
      const old = this.#rows(change.old, change, 'old');
      const current = this.#rows(change.new, change, 'new');
      const id = keyText(change.key);
      if (this.#seen && !this.#seen.has(id)) {
        this.#seen.add(id);
        // The reader does not know what it was: what it is now is its initial value.
        if (old.length > 0) {
          for (const row of current) yield { id, old: null, new: row, initial: true };
          continue;
        }
      }
      for (let i = 0; i < Math.max(old.length, current.length); i++) {
        const [before, after] = [old[i] ?? null, current[i] ?? null];
        if (this.#source.before && equal(before, after)) continue;
        yield { id: i === 0 ? id : `${id}#${i}`, old: before, new: after };
      }
    }
  }

  *#readUnseen(seen: Set<string>): Generator<RowChange> {
    for (const row of this.#read()) {
      if (seen.has(row.id)) continue;
      seen.add(row.id);
      yield row;
    }
    this.#seen = undefined;
  }

  *#read(): Generator<RowChange> {
    for (const doc of this.#documents()) {
      for (const row of this.#source.before?.(doc) ?? [doc]) {
        yield { id: keyText(doc[this.#source.table.primaryKey]!), old: null, new: row, initial: true };
      }
    }
  }

  *#documents(): Generator<DatumObject> {
    const { table, index, bounds, keys } = this.#source;
    if (index === null) {
      if (keys === undefined) yield* table.scan(bounds);
      else for (const key of keys) yield* [table.get(key)].filter((doc) => doc !== null);
    } else if (keys === undefined) {
      for (const { doc } of table.scanIndex(index, bounds)) yield doc;
    } else {
      for (const key of keys) yield* table.getAllIndex(index, key);
    }
  }

  /** The rows that a document is in this feed: none, one, or one for each index value within the range. */
  #rows(doc: DatumObject | null, change: Change, side: 'old' | 'new'): Datum[] {
    if (doc === null) return [];
    const { index, keys, bounds } = this.#source;
    const values = index === null ? [change.key] : (change.indexValues.get(index)?.[side] ?? []);
    const times = keys
      ? values.flatMap((value) => keys.filter((key) => equal(key, value))).length
      : values.filter((value) => isWithin(value, bounds)).length;
    if (times === 0) return [];
    const rows = transformChanged(this.#source.before, doc);
    return times === 1 ? rows : Array.from({ length: times }, () => rows).flat();
  }
}
