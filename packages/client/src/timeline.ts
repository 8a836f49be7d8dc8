import type { Message, Position } from './frames.js';
import { comparePositions } from './position.js';

/** A stretch of a room's history, from `from` up to but not including `to`; null is the beginning or the end. */
interface Stretch {
  from: Position | null;
  to: Position | null;
  /** What was loaded right below it had nothing of what is held further down: there is a gap. */
  endsInGap: boolean;
}

/**
 * The messages that a screen holds of a room, in order, and for which stretches of history that is exactly what the
 * table has. What is held outside of these stretches is stale: it may have been changed or deleted unseen. After a
 * reconnect everything is, until a snapshot and pages of history (each the whole truth for its stretch) say otherwise.
 */
export class Timeline {
  #messages: Message[] = [];
  #held = new Map<string, Message>();
  /** Oldest first, without overlap; neighbours that touch are one. */
  #exact: Stretch[] = [];

  get messages(): readonly Message[] {
    return this.#messages;
  }

  get(id: string): Message | undefined {
    return this.#held.get(id);
  }

  /** The table holds messages before the oldest that is known to be exact. */
  get hasOlder(): boolean {
    const [oldest] = this.#exact;
    return oldest !== undefined && oldest.from !== null;
  }

  /** Nothing is older than what is here. */
  get isComplete(): boolean {
    return this.#exact[0]?.from === null;
  }

  /** Before which position to load, to see what is older than everything here. */
  get oldest(): Position | null {
    return this.#exact[0]?.from ?? null;
  }

  /** A new or changed message. It is shown where its surroundings are known; elsewhere it would hide a gap. */
  upsert(message: Message): void {
    const held = this.#held.get(message.id);
    if (held && isSame(held, message)) return;
    if (held) this.remove(message.id);
    if (held || this.#isExact(message)) this.#insert(message);
  }

  remove(id: string): void {
    const held = this.#held.get(id);
    if (!held) return;
    this.#held.delete(id);
    this.#messages.splice(this.#indexOf(held), 1);
  }

  /** Everything that is held becomes stale. */
  distrust(): void {
    this.#exact = [];
  }

  /** What is held from before `from` becomes stale; everything since is exact. */
  trustOnlyFrom(from: Position | null): void {
    this.#exact = [{ from, to: null, endsInGap: false }];
  }

  /** Puts what the table has between two positions in the place of what is held there. */
  replaceRange(from: Position | null, to: Position | null, messages: readonly Message[]): void {
    const start = from ? this.#indexOf(from) : 0;
    const end = to ? this.#indexOf(to) : this.#messages.length;
    const fresh = messages.map((message) => {
      const held = this.#held.get(message.id);
      return held && isSame(held, message) ? held : message;
    });
    for (const gone of this.#messages.splice(start, end - start)) this.#held.delete(gone.id);
    for (const message of fresh) {
      this.remove(message.id);
      this.#insert(message);
    }
    this.#addExact({ from, to, endsInGap: false });
  }

  /** The room's newest messages: the whole truth from the first of them on, or altogether. */
  applySnapshot(messages: readonly Message[], hasOlder: boolean): void {
    this.replaceRange((hasOlder && messages[0]) || null, null, messages);
  }

  /** All there is between the first of `messages` and `before`. */
  applyPage(before: Position, messages: readonly Message[], hasOlder: boolean): void {
    const from = (hasOlder && messages[0]) || null;
    const isGap = from !== null && !this.#meets(from, before);
    this.replaceRange(from, before, messages);
    if (!isGap) return;
    const lowered = this.#exact.find((one) => contains(one, from));
    if (lowered) lowered.endsInGap = true;
  }

  /**
   * Before which position to load next, so that nothing stale stays: right below what is exact, or, where that has
   * shown a gap, right behind the newest stale message. Null when nothing is stale.
   */
  nextCheck(): Position | null {
    const stale = this.#messages.findLast((message) => !this.#isExact(message));
    if (!stale) return null;
    const above = this.#exact.find(({ from }) => from !== null && comparePositions(stale, from) < 0);
    return above?.from && !above.endsInGap ? above.from : { sent: stale.sent + 1, id: '' };
  }

  /** Ids of the messages right before which history is missing, though something older is shown. */
  gaps(): ReadonlySet<string> {
    const gaps = new Set<string>();
    for (const { from, endsInGap } of this.#exact) {
      if (!endsInGap || !from) continue;
      const index = this.#indexOf(from);
      const after = this.#messages[index];
      if (index > 0 && after) gaps.add(after.id);
    }
    return gaps;
  }

  /** Lets go of the oldest, when more than `limit` are held. */
  trim(limit: number): void {
    const surplus = this.#messages.length - limit;
    if (surplus <= 0) return;
    for (const { id } of this.#messages.splice(0, surplus)) this.#held.delete(id);
    const first = this.#messages[0]!;
    this.#exact = this.#exact
      .filter(({ to }) => to === null || comparePositions(first, to) < 0)
      .map((one) => (comparePositions(one.from ?? BEGINNING, first) < 0 ? { ...one, from: first } : one));
  }

  #insert(message: Message): void {
    this.#held.set(message.id, message);
    this.#messages.splice(this.#indexOf(message), 0, message);
  }

  /** Where a position stands or would stand. */
  #indexOf(position: Position): number {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comparePositions(this.#messages[middle]!, position) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isExact(position: Position): boolean {
    return this.#exact.some((one) => contains(one, position));
  }

  /** Something between these positions is held, or is known to be empty from somewhere below on. */
  #meets(from: Position, to: Position): boolean {
    return (
      this.#indexOf(from) < this.#indexOf(to) ||
      this.#exact.some((one) => one.to && ends(one, to) && comparePositions(from, one.to) <= 0)
    );
  }

  /** Adds a stretch and joins it with those that it overlaps or touches. */
  #addExact(added: Stretch): void {
    const apart: Stretch[] = [];
    let joined = added;
    for (const one of this.#exact) {
      const [low, high] = startsBefore(one, joined) ? [one, joined] : [joined, one];
      const touch = low.to === null || high.from === null || comparePositions(high.from, low.to) <= 0;
      if (!touch) apart.push(one);
      else joined = { from: low.from, to: later(low.to, high.to), endsInGap: low.endsInGap };
    }
    this.#exact = [...apart, joined].sort((a, b) => (startsBefore(a, b) ? -1 : 1));
  }
}

const BEGINNING: Position = { sent: Number.NEGATIVE_INFINITY, id: '' };

/** `position` stands behind the stretch. */
const ends = ({ to }: Stretch, position: Position) => to !== null && comparePositions(position, to) >= 0;

const contains = (one: Stretch, position: Position) =>
  (one.from === null || comparePositions(position, one.from) >= 0) && !ends(one, position);

const startsBefore = (a: Stretch, b: Stretch) =>
  comparePositions(a.from ?? BEGINNING, b.from ?? BEGINNING) < 0;

function later(a: Position | null, b: Position | null): Position | null {
  if (a === null || b === null) return null;
  return comparePositions(a, b) > 0 ? a : b;
}

function isSame(a: Message, b: Message): boolean {
  return (
    a.sent === b.sent &&
    a.body === b.body &&
    a.edited === b.edited &&
    a.kind === b.kind &&
    a.author.id_user === b.author.id_user &&
    a.author.name === b.author.name
  );
}
