import type { Datum, DatumObject } from '../datum/datum.js';
import { keyText } from '../datum/key-encoding.js';
import { equal } from '../datum/order.js';
import { isWithin } from '../storage/bounds.js';
import type { Change } from '../storage/changes.js';
import type { ChangeMapper, RowChange } from './row-change.js';
import { type RangeSource, transformChanged } from './source.js';

/**
 * A table, a range of an index or exact keys. A document is one row for each of its index values within the range: with
 * two values in a multi index it is two rows, as on a RethinkDB server.
 */
export class RangeMapper implements ChangeMapper {
  readonly #source: RangeSource;
  /** While initial values are being read: the documents that were read or have changed since the start. */
  #seen: Set<string> | undefined;

  constructor(source: RangeSource) {
    this.#source = source;
  }

  /**
   * Rows are read when the reader takes them. A document that changes in between is delivered by its change, and the walk
   * skips it.
   */
  initialRows(): Iterator<RowChange> {
    // If a document may be several rows, the walk does not know which of them the reader has taken.
    if (this.#source.index?.multi || this.#source.keys) return [...this.#read()].values();
    this.#seen = new Set();
    return this.#readUnseen(this.#seen);
  }

  *map(changes: readonly Change[]): Generator<RowChange> {
    for (const change of changes) {
      const old = this.#rows(change.old, change, 'old');
      const current = this.#rows(change.new, change, 'new');
      const id = keyText(change.key);
      if (this.#seen && !this.#seen.has(id)) {
        this.#seen.add(id);
        // The reader does not know the old value: the new one is its initial value.
        if (old.length > 0) {
          for (const row of current) yield { id, old: null, new: row, isInitial: true };
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
        yield {
          id: keyText(doc[this.#source.table.primaryKey] ?? null),
          old: null,
          new: row,
          isInitial: true,
        };
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

  /** The rows of a document in this feed: one for each index value within the range. */
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
