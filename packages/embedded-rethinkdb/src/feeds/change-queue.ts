import type { RowChange } from './row-change.js';
import { ChangesInOrder, SquashedChanges, type WaitingChanges } from './waiting-changes.js';

/** The waiting changes of one source. If there are more than `limit`, all are dropped and counted. */
export class ChangeQueue {
  readonly #waiting: WaitingChanges;
  readonly #limit: number;
  #skipped = 0;

  constructor(options: { squash: boolean; isWindow: boolean; limit: number }) {
    this.#waiting = options.squash ? new SquashedChanges(options.isWindow) : new ChangesInOrder();
    this.#limit = options.limit;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && this.#skipped === 0;
  }

  push(change: RowChange): void {
    this.#waiting.push(change);
    if (this.#waiting.size <= this.#limit) return;
    this.#skipped += this.#waiting.size;
    this.#waiting.clear();
  }

  /** The next change, or the number of changes that were dropped before it. */
  shift(): RowChange | { skipped: number } | undefined {
    if (this.#skipped === 0) return this.#waiting.shift();
    const skipped = this.#skipped;
    this.#skipped = 0;
    return { skipped };
  }
}
