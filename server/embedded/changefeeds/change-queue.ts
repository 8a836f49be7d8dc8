import { equal } from '../values/order.js';
import type { RowChange } from './items.js';

/**
 * The changes that wait for a reader. Squashing joins the waiting changes of one row to one, from what the
 * row was to what it is; nothing is left where it ends as it began. More than `limit` waiting changes are
 * thrown away and counted.
 */
export class ChangeQueue {
  readonly #squash: boolean;
  readonly #limit: number;
  readonly #waiting = new Map<string | number, RowChange>();
  #next = 0;
  #skipped = 0;

  constructor(squash: boolean, limit: number) {
    this.#squash = squash;
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && this.#skipped === 0;
  }

  push(change: RowChange): void {
    if (this.#squash) this.#join(change);
    else this.#waiting.set(this.#next++, change);
    if (this.#waiting.size <= this.#limit) return;
    this.#skipped += this.#waiting.size;
    this.#waiting.clear();
  }

  /** The oldest change, or how many were lost before it. */
  shift(): RowChange | { skipped: number } | undefined {
    if (this.#skipped > 0) {
      const skipped = this.#skipped;
      this.#skipped = 0;
      return { skipped };
    }
    for (const [id, change] of this.#waiting) {
      this.#waiting.delete(id);
      return change;
    }
    return undefined;
  }

  #join(change: RowChange): void {
    const { id, nextId = id } = change;
    const earlier = this.#waiting.get(id);
    if (earlier === undefined) {
      this.#waiting.set(this.#waiting.has(nextId) ? this.#next++ : nextId, change);
      return;
    }
    const joined = { ...change, old: earlier.old, oldOffset: earlier.oldOffset, initial: earlier.initial };
    if (id !== nextId || isNothing(joined)) this.#waiting.delete(id);
    if (!isNothing(joined)) this.#waiting.set(nextId, joined);
  }
}

function isNothing({ initial, old, new: current }: RowChange): boolean {
  return !initial && equal(old, current);
}
