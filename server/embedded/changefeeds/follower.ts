import type { Change } from '../storage/shapes.js';
import type { ReqlError } from '../values/reql-error.js';
import type { RowChange } from './items.js';

/** Where a follower puts what it has found out. */
export interface FeedSink {
  push(change: RowChange): void;
  /** Ends the feed; what was pushed before is not delivered. */
  fail(error: ReqlError): void;
}

/** Follows one point, range or window of a table for one feed. */
export interface Follower {
  /** The rows there are at the start; called once, before any change, and read lazily. */
  initialRows(): Iterator<RowChange>;
  /** The changes of a commit that may concern this follower. */
  follow(changes: readonly Change[], sink: FeedSink): void;
}
