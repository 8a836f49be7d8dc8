import type { Datum, DatumObject } from '../datum/datum.js';
import { compare, equal } from '../datum/order.js';
import { type Bounds, isWithin } from '../storage/bounds.js';

/** A read-only table of the database `rethinkdb`, computed at each read. */
export class SystemTable {
  readonly db = 'rethinkdb';
  readonly indexes: ReadonlyMap<string, never> = new Map<string, never>();

  readonly #rows: () => DatumObject[];

  constructor(
    readonly name: string,
    readonly id: string,
    readonly primaryKey: string,
    rows: () => DatumObject[],
  ) {
    this.#rows = rows;
  }

  get(key: Datum): DatumObject | null {
    return this.#rows().find((row) => equal(row[this.primaryKey] ?? null, key)) ?? null;
  }

  count(): number {
    return this.#rows().length;
  }

  *scan(bounds: Bounds = {}, reverse = false): Iterable<DatumObject> {
    const key = (row: DatumObject) => row[this.primaryKey] ?? null;
    const sorted = this.#rows().sort((a, b) => compare(key(a), key(b)));
    if (reverse) sorted.reverse();
    for (const row of sorted) if (isWithin(key(row), bounds)) yield row;
  }
}
