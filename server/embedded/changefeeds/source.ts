import type { Bounds } from '../storage/shapes.js';
import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Table } from '../storage/table.js';
import type { Datum, DatumObject } from '../values/datum.js';

/** What stands between a table and `.changes()`: no value means that the row is not in the feed. */
export type RowTransform = (row: DatumObject) => Datum[];

/**
 * What a feed follows.
 * `point`: one document. `range`: a table, a range of an index (null: the primary key) or exact `keys`
 * (getAll; a key named twice counts twice). `limit`: the first `limit` rows of an ordered range, with
 * `before` applied to rows on their way into the window. `union`: several of these.
 */
export type FeedSource = PointSource | RangeSource | LimitSource | UnionSource;

export interface PointSource {
  readonly kind: 'point';
  readonly table: Table;
  readonly key: Datum;
  readonly before?: RowTransform;
}

export interface RangeSource {
  readonly kind: 'range';
  readonly table: Table;
  readonly index: SecondaryIndex | null;
  readonly bounds: Bounds;
  readonly keys?: readonly Datum[];
  readonly before?: RowTransform;
}

export interface LimitSource {
  readonly kind: 'limit';
  readonly table: Table;
  readonly index: SecondaryIndex | null;
  readonly bounds: Bounds;
  readonly descending: boolean;
  readonly limit: number;
  readonly before?: RowTransform;
}

export interface UnionSource {
  readonly kind: 'union';
  readonly sources: readonly FeedSource[];
}

export interface FeedOptions {
  readonly includeInitial: boolean;
  readonly includeStates: boolean;
  readonly includeTypes: boolean;
  /** For `limit` sources only. */
  readonly includeOffsets: boolean;
  /** true: as soon as possible; a number: gather the changes of that many seconds. */
  readonly squash: boolean | number;
  /** How many changes may wait for the client. */
  readonly changefeedQueueSize: number;
}

/** The documents of a change feed, as `changes()` documents them: new_val, old_val, type, state, ... */
export type FeedItem = DatumObject;
