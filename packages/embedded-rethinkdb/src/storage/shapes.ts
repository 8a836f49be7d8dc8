import type { Datum, DatumObject } from '../values/datum.js';
import type { SecondaryIndex } from './secondary-index.js';
import type { Table } from './table.js';

/**
 * A ReQL function kept in the database (of a secondary index or a write hook): its FUNC term as JSON, with
 * whatever is not deterministic frozen when it was created. Further fields are the ReQL layer's own (all JSON).
 */
export interface StoredFunction {
  readonly term: unknown;
  readonly [more: string]: unknown;
}

/** Turns a stored function into a callable one; handed in by the ReQL layer, which storage does not know. */
export type CompileFunction = (stored: StoredFunction) => (...args: Datum[]) => Datum;

/** The values that each secondary index of a table has for a document, before and after a change. */
export type IndexValues = ReadonlyMap<SecondaryIndex, { readonly old: Datum[]; readonly new: Datum[] }>;

/** A committed change of one document: `old` is null for an insertion, `new` for a deletion. */
export interface Change {
  /** Counts up with every change since the start. */
  readonly sequence: number;
  readonly table: Table;
  readonly key: Datum;
  readonly old: DatumObject | null;
  readonly new: DatumObject | null;
  readonly indexValues: IndexValues;
}

/** A committed change of the catalog that ends what was built on a table or an index. */
export type CatalogEvent =
  | { readonly kind: 'tableDropped'; readonly table: Table }
  | { readonly kind: 'indexDropped'; readonly table: Table; readonly index: SecondaryIndex };

export interface Bound {
  readonly value: Datum;
  /** An open bound excludes its own value. */
  readonly open: boolean;
}

/** A range of keys or index values; an absent bound is no bound. */
export interface Bounds {
  readonly lower?: Bound;
  readonly upper?: Bound;
}

export type Durability = 'hard' | 'soft';

/** How a secondary index was asked for: `geo` indexes hold geometry, which has no order. */
export interface IndexDefinition {
  readonly function: StoredFunction;
  readonly multi: boolean;
  readonly geo: boolean;
}

/** One entry of a secondary index: the index value and the document it leads to. */
export interface IndexEntry {
  readonly value: Datum;
  readonly doc: DatumObject;
}
