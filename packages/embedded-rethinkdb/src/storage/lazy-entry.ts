import type { Datum, DatumObject } from '../values/datum.js';
import type { RawEntry, SecondaryIndex } from './secondary-index.js';
import type { IndexEntry } from './shapes.js';

/** Decodes its index value only for those who ask: most scans want the documents alone. */
export class LazyEntry implements IndexEntry {
  constructor(
    private readonly index: SecondaryIndex,
    private readonly entry: RawEntry,
    readonly doc: DatumObject,
  ) {}

  get value(): Datum {
    return this.index.valueOf(this.entry);
  }
}
