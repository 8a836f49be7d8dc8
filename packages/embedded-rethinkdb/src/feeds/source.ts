import type { Datum, DatumObject } from '../datum/datum.js';
import { ReqlError } from '../datum/reql-error.js';
import type { Bounds } from '../storage/bounds.js';
import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Table } from '../storage/table.js';

/** The terms between a table and `.changes()`: filter, map, pluck, … An empty result: the row is not in the feed. */
export type RowTransform = (row: DatumObject) => Datum[];

/** The rows of a document in a feed. As on RethinkDB, a document that cannot be transformed is not in the feed. */
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
 * The source of a feed.
 * `point`: one document. `range`: a table, a range of an index (null: the primary key), or exact `keys`
 * (getAll; a key that is given twice counts twice). `limit`: the first `limit` rows, in the given direction, of a
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
  readonly before?: RowTransform | undefined;
}

export interface LimitSource {
  readonly kind: 'limit';
  readonly table: Table;
  readonly index: SecondaryIndex | null;
  readonly bounds: Bounds;
  readonly descending: boolean;
  readonly limit: number;
  readonly before?: RowTransform | undefined;
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
  /** true: combine the waiting changes of a row; a number: collect changes for this time in seconds as well. */
  readonly squash: boolean | number;
  /** The number of waiting changes above which all of them are dropped. */
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
