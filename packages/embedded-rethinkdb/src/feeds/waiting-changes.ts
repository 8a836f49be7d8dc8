import type { Datum } from '../datum/datum.js';
import { equal } from '../datum/order.js';
import type { RowChange } from './row-change.js';

/** The changes of one source that the reader has not taken yet. */
export interface WaitingChanges {
  readonly size: number;
  push(change: RowChange): void;
  /** Takes the next change. */
  shift(): RowChange | undefined;
  clear(): void;
}

/** All changes in the order in which they were made. */
export class ChangesInOrder implements WaitingChanges {
  #changes: RowChange[] = [];
  #taken = 0;

  get size(): number {
    return this.#changes.length - this.#taken;
  }

  push(change: RowChange): void {
    this.#changes.push(change);
  }

  shift(): RowChange | undefined {
    const change = this.#changes[this.#taken++];
    if (this.#taken >= this.#changes.length) this.clear();
    return change;
  }

  clear(): void {
    this.#changes = [];
    this.#taken = 0;
  }
}

/** A row that has left or entered the feed since the last delivery. */
interface Move {
  readonly row: Datum;
  readonly offset: number | null | undefined;
  readonly isInitial: boolean | undefined;
}

/**
 * Squashed changes: the difference between the delivered state and the current one. A row that came and went, or that is
 * again as it was, is not delivered. In a window, rows that left are delivered in pairs with rows that came.
 */
export class SquashedChanges implements WaitingChanges {
  readonly #gone = new Map<string, Move>();
  readonly #come = new Map<string, Move>();
  readonly #isWindow: boolean;

  constructor(isWindow: boolean) {
    this.#isWindow = isWindow;
  }

  get size(): number {
    return Math.max(this.#gone.size, this.#come.size);
  }

  push({ id, nextId = id, old, new: current, oldOffset, newOffset, isInitial }: RowChange): void {
    const undelivered = this.#come.get(id);
    if (undelivered) this.#come.delete(id);
    else if (old !== null) this.#gone.set(id, { row: old, offset: oldOffset, isInitial: undefined });
    if (current === null) return;
    const left = this.#gone.get(nextId);
    if (left && equal(left.row, current)) this.#gone.delete(nextId);
    else {
      const isStillInitial = isInitial || (id === nextId && undelivered?.isInitial);
      this.#come.set(nextId, { row: current, offset: newOffset, isInitial: isStillInitial });
    }
  }

  shift(): RowChange | undefined {
    const [id, nextId] = this.#isWindow ? this.#nextPair() : this.#nextRow();
    const key = id ?? nextId;
    if (key === undefined) return undefined;
    const left = id === undefined ? undefined : this.#gone.get(id);
    const came = nextId === undefined ? undefined : this.#come.get(nextId);
    if (id !== undefined) this.#gone.delete(id);
    if (nextId !== undefined) this.#come.delete(nextId);
    return {
      id: key,
      old: left?.row ?? null,
      new: came?.row ?? null,
      oldOffset: left?.offset ?? null,
      newOffset: came?.offset ?? null,
      isInitial: came?.isInitial,
    };
  }

  clear(): void {
    this.#gone.clear();
    this.#come.clear();
  }

  #nextRow(): [string | undefined, string | undefined] {
    const id = first(this.#gone) ?? first(this.#come);
    return [id, id];
  }

  #nextPair(): [string | undefined, string | undefined] {
    for (const id of this.#gone.keys()) if (this.#come.has(id)) return [id, id];
    return [first(this.#gone), first(this.#come)];
  }
}

function first(moves: ReadonlyMap<string, Move>): string | undefined {
  for (const id of moves.keys()) return id;
  return undefined;
}
