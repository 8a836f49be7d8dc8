import type { Datum } from '../values/datum.js';
import { equal } from '../values/order.js';
import type { RowChange } from './items.js';

/** The changes of one source that wait for the reader. */
export interface WaitingChanges {
  readonly size: number;
  push(change: RowChange): void;
  /** Takes the next one. */
  shift(): RowChange | undefined;
  clear(): void;
}

/** One after the other, as they were made. */
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

/** A row that has left or come since the reader was last told. */
interface Move {
  readonly row: Datum;
  readonly offset: number | null | undefined;
  readonly initial: boolean | undefined;
}

/**
 * Squashed: what is different from what the reader was last told, however it came about. A row that came and
 * went, or that is again what it was, is not told. In a window, rows that left are told in pairs with those
 * that came.
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

  push({ id, nextId = id, old, new: current, oldOffset, newOffset, initial }: RowChange): void {
    const untold = this.#come.get(id);
    if (untold) this.#come.delete(id);
    else if (old !== null) this.#gone.set(id, { row: old, offset: oldOffset, initial: undefined });
    if (current === null) return;
    const left = this.#gone.get(nextId);
    if (left && equal(left.row, current)) this.#gone.delete(nextId);
    else {
      const isInitial = initial || (id === nextId && untold?.initial);
      this.#come.set(nextId, { row: current, offset: newOffset, initial: isInitial });
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
      initial: came?.initial,
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
