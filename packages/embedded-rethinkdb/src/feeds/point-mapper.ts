import type { Change } from '../storage/changes.js';
import type { ChangeMapper, RowChange } from './row-change.js';
import type { PointSource } from './source.js';

/** One document by its primary key. The initial value of a missing document is null. */
export class PointMapper implements ChangeMapper {
  readonly #source: PointSource;

  constructor(source: PointSource) {
    this.#source = source;
  }

  initialRows(): Iterator<RowChange> {
    const doc = this.#source.table.get(this.#source.key);
    return [{ id: '', old: null, new: doc, isInitial: true }].values();
  }

  map(changes: readonly Change[]): RowChange[] {
    return changes.map((change) => ({ id: '', old: change.old, new: change.new }));
  }
}
