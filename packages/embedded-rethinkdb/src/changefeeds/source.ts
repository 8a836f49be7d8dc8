import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Bounds } from '../storage/shapes.js';
import type { Table } from '../storage/table.js';
import type { Datum, DatumObject } from '../values/datum.js';
import { ReqlError } from '../values/reql-error.js';

/** What stands between a table and `.changes()`: filter, map, pluck, ... No value: the row is not in the feed. */
export type RowTransform = (row: DatumObject) => Datum[];

/** What a row is in a feed. As on RethinkDB, a change to what cannot be transformed takes the row out of it. */
export function transformChanged(before: RowTransform | undefined, row: DatumObject): Datum[] {
  if (before === undefined) return [row];
  try {
    return before(row);
  } catch (error) {
    if (error instanceof ReqlError) return [];
    throw error;
  }
}

/**
 * What a feed follows.
 * `point`: one document. `range`: a table, a range of an index (null: the primary key), or exact `keys`
 * (getAll; a key named twice counts twice). `limit`: the first `limit` rows, in the given direction, of a
 * range; `before` is applied on the way into the window. `union`: several of these together.
 */
export type FeedSource = PointSource | RangeSource | LimitSource | UnionSource;

export interface PointSource {
  readonly kind: 'point';
  readonly table: Table;
  readonly key: Datum;
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
  /** true: join what waits for the reader; a number: gather the changes of that many seconds as well. */
  readonly squash: boolean | number;
  /** How many changes may wait for the reader before they are dropped. */
  readonly changefeedQueueSize: number;
}

export const DEFAULT_FEED_OPTIONS: FeedOptions = {
  includeInitial: false,
  includeStates: false,
  includeTypes: false,
  includeOffsets: false,
  squash: false,
  changefeedQueueSize: 100_000,
};
