import type { Change } from '../storage/shapes.js';
import type { RowChange } from './items.js';

/** Follows one point, range or window of a table for one feed. */
export interface Follower {
  /** The rows there are at the start; called once, before any change, and read lazily. */
  initialRows(): Iterator<RowChange>;
  /** What the changes of a commit, which may concern this follower or not, mean for its rows. */
  follow(changes: readonly Change[]): Iterable<RowChange>;
}
