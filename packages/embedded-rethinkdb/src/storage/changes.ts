import type { Datum, DatumObject } from '../datum/datum.js';
import type { IndexValues, SecondaryIndex } from './secondary-index.js';
import type { Table } from './table.js';

/** A committed change of one document: `old` is null for an insertion, `new` for a deletion. */
export interface Change {
  /** Increases with each change since the start. */
  readonly sequence: number;
  readonly table: Table;
  readonly key: Datum;
  readonly old: DatumObject | null;
  readonly new: DatumObject | null;
  readonly indexValues: IndexValues;
}

/** A committed change of the catalog that ends the feeds on a table or an index. */
export type CatalogEvent =
  | { readonly kind: 'tableDropped'; readonly table: Table }
  | { readonly kind: 'indexDropped'; readonly table: Table; readonly index: SecondaryIndex };
