import type { Change } from '../storage/shapes.js';
import type { Follower } from './follower.js';
import type { RowChange } from './items.js';
import type { PointSource } from './source.js';

/** One document by its primary key. A missing document has an initial value too: null. */
export class PointFollower implements Follower {
  readonly #source: PointSource;

  constructor(source: PointSource) {
    this.#source = source;
  }

  initialRows(): Iterator<RowChange> {
    const doc = this.#source.table.get(this.#source.key);
    return [{ id: '', old: null, new: doc, initial: true }].values();
  }

  follow(changes: readonly Change[]): RowChange[] {
    return changes.map((change) => ({ id: '', old: change.old, new: change.new }));
  }
}
