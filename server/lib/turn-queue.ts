import { WindowCounter } from './window-counter.js';

/** Time over which the cost of a group's entries is summed up. */
const RECENT_WINDOW_MS = 10_000;
/** Levels by recent cost: 0, then each twice as wide as the one before. */
const LEVELS = 12;
/** Of this number of turns one goes to the groups with the highest cost, so that these proceed beside any number of others. */
const TURNS_PER_COSTLY_TURN = 8;

/**
 * Entries that wait, each of a group such as a user or an address. The groups with the least recent cost come first;
 * groups of one level take turns. So a group that needs less than the others hardly waits, however much the others
 * need (least attained service). The entries of one group keep their order.
 */
export class TurnQueue<Entry> {
  readonly #recent = new WindowCounter({ windowMs: RECENT_WINDOW_MS });
  /** By level and group; the group whose turn is next comes first. */
  readonly #levels = Array.from({ length: LEVELS }, () => new Map<string, Entry[]>());
  readonly #costlyFirst = this.#levels.toReversed();
  readonly #costOf: (entry: Entry) => number;
  #turns = 0;
  #size = 0;

  /** @param costOf of an entry, at least 1 */
  constructor(costOf: (entry: Entry) => number = () => 1) {
    this.#costOf = costOf;
  }

  get size(): number {
    return this.#size;
  }

  /** How many entries of a group wait. */
  sizeOf(group: string): number {
    return this.#entriesOf(group)?.length ?? 0;
  }

  add(group: string, entry: Entry): void {
    const entries = this.#entriesOf(group);
    if (entries) entries.push(entry);
    else this.#levelOf(this.#recent.get(group)?.count ?? 0).set(group, [entry]);
    this.#size += 1;
  }

  /** Adds to the recent cost of a group whose entry does not have to wait. */
  charge(group: string, cost = 1): number {
    return this.#recent.add(group, cost).count;
  }

  /** Removes and returns the next entry; undefined when the queue is empty. */
  take(): Entry | undefined {
    if (this.#size === 0) return undefined;
    this.#turns += 1;
    const levels = this.#turns % TURNS_PER_COSTLY_TURN === 0 ? this.#costlyFirst : this.#levels;
    const level = levels.find(({ size }) => size > 0);
    const next = level?.entries().next().value;
    if (!level || !next) return undefined;
    const [group, entries] = next;
    const entry = entries.shift();
    level.delete(group);
    this.#size -= 1;
    const cost = entry === undefined ? 0 : this.charge(group, this.#costOf(entry));
    // A Map keeps the order of insertion: the group goes behind the others of its level.
    if (entries.length > 0) this.#levelOf(cost).set(group, entries);
    return entry;
  }

  #entriesOf(group: string): Entry[] | undefined {
    for (const level of this.#levels) {
      const entries = level.get(group);
      if (entries) return entries;
    }
    return undefined;
  }

  #levelOf(cost: number): Map<string, Entry[]> {
    const level = Math.min(LEVELS - 1, Math.ceil(Math.log2(cost + 1)));
    return this.#levels[level] ?? new Map();
  }
}
