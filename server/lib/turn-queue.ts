import { Fifo } from './fifo.js';
import { WindowCounter } from './window-counter.js';

/** Time over which the cost of a group's entries is summed up. */
const RECENT_WINDOW_MS = 10_000;
/** Levels by recent cost: 0, then each twice as wide as the one before. */
const LEVELS = 12;
/** Of this number of turns, one goes to another level than the lowest, so that no level starves. */
const TURNS_PER_OTHER_LEVEL = 8;

/**
 * Waiting entries, each of a group such as a user or an address. The groups with the least recent cost come first;
 * groups of one level take turns. So a group that needs less than the others hardly waits, however much the others
 * need (least attained service). Every eighth turn goes to the other levels, round-robin from the costliest one. The
 * entries of one group keep their order.
 */
export class TurnQueue<Entry> {
  readonly #recent = new WindowCounter({ windowMs: RECENT_WINDOW_MS });
  readonly #waiting = new Map<string, Fifo<Entry>>();
  /** The groups with waiting entries, by level; the group with the next turn comes first. */
  readonly #levels = Array.from({ length: LEVELS }, () => new Fifo<string>());
  readonly #costOf: (entry: Entry) => number;
  /** The level that had the last turn of the other levels. */
  #otherLevel = LEVELS;
  #turns = 0;
  #size = 0;

  /** @param costOf cost of an entry, at least 1 */
  constructor(costOf: (entry: Entry) => number = () => 1) {
    this.#costOf = costOf;
  }

  /** Number of waiting entries. */
  get size(): number {
    return this.#size;
  }

  /** Number of waiting entries of a group. */
  sizeOf(group: string): number {
    return this.#waiting.get(group)?.length ?? 0;
  }

  add(group: string, entry: Entry): void {
    let entries = this.#waiting.get(group);
    if (!entries) {
      entries = new Fifo();
      this.#waiting.set(group, entries);
      this.#enqueue(group, this.#recent.get(group)?.count ?? 0);
    }
    entries.push(entry);
    this.#size += 1;
  }

  /** Adds to the recent cost of a group. @returns the group's recent cost */
  charge(group: string, cost = 1): number {
    return this.#recent.add(group, cost).count;
  }

  /** Removes and returns the next entry; undefined when the queue is empty. */
  take(): Entry | undefined {
    const group = this.#nextLevel()?.shift();
    if (group === undefined) return undefined;
    const entries = this.#waiting.get(group);
    const entry = entries?.shift();
    if (!entries || entry === undefined) return undefined;
    this.#size -= 1;
    const cost = this.charge(group, this.#costOf(entry));
    if (entries.length > 0) this.#enqueue(group, cost);
    else this.#waiting.delete(group);
    return entry;
  }

  #enqueue(group: string, cost: number): void {
    const level = Math.min(LEVELS - 1, Math.ceil(Math.log2(cost + 1)));
    this.#levels[level]?.push(group);
  }

  #nextLevel(): Fifo<string> | undefined {
    const lowest = this.#levels.findIndex(({ length }) => length > 0);
    this.#turns += 1;
    if (this.#turns % TURNS_PER_OTHER_LEVEL > 0) return this.#levels[lowest];
    const isOther = ({ length }: Fifo<string>, level: number) => length > 0 && level > lowest;
    let next = this.#levels.findLastIndex(
      (groups, level) => level < this.#otherLevel && isOther(groups, level),
    );
    if (next < 0) next = this.#levels.findLastIndex(isOther);
    this.#otherLevel = next < 0 ? LEVELS : next;
    return this.#levels[next < 0 ? lowest : next];
  }
}
