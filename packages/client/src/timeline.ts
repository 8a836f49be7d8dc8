import type { Message, Position, ServerFrame } from './frames.js';
import { comparePositions } from './position.js';

/** A range of a room's history, from `from` up to but not including `to`; null is the beginning or the end. */
interface Range {
  from: Position | null;
  to: Position | null;
  /** The range was loaded from above and does not reach older messages in the timeline: there is a gap below it. */
  endsInGap: boolean;
}

/**
 * The messages of a room in order, and the ranges of history for which they equal the table. Messages outside these
 * exact ranges are stale: they may have been changed or deleted. After a reconnect all messages are stale, until a
 * snapshot and pages of history (each complete for its range) replace them.
 */
export class Timeline {
  readonly #messages: Message[] = [];
  readonly #byId = new Map<string, Message>();
  /** Oldest first, without overlap; adjacent ranges are joined. */
  #exact: Range[] = [];

  get messages(): readonly Message[] {
    return this.#messages;
  }

  get(id: string): Message | undefined {
    return this.#byId.get(id);
  }

  /** The table has messages before the oldest exact one. */
  get hasOlder(): boolean {
    const [oldest] = this.#exact;
    return oldest !== undefined && oldest.from !== null;
  }

  /** The first message of the room is in the timeline. */
  get isComplete(): boolean {
    return this.#exact[0]?.from === null;
  }

  /** The position before which older messages have to be loaded. */
  get oldest(): Position | null {
    return this.#exact[0]?.from ?? null;
  }

  /** Adds or changes a message. A new one outside the exact ranges is ignored: it would hide a gap. */
  upsert(message: Message): void {
    const known = this.#byId.get(message.id);
    if (known && isSame(known, message)) return;
    if (known) this.remove(message.id);
    if (known || this.#isExact(message)) this.#insert(message);
  }

  remove(id: string): void {
    const known = this.#byId.get(id);
    if (!known) return;
    this.#byId.delete(id);
    this.#messages.splice(this.#indexOf(known), 1);
  }

  /** Sets the reactions and the pin of a message, if it is in the timeline. */
  annotate({ id, reactions, pinned }: ServerFrame<'annotationsChanged'>): void {
    const known = this.#byId.get(id);
    if (!known) return;
    const { reactions: _reactions, pinned: _pinned, ...bare } = known;
    this.upsert({ ...bare, ...(reactions.length > 0 && { reactions }), ...(pinned && { pinned }) });
  }

  /** Marks all messages as stale. */
  distrust(): void {
    this.#exact = [];
  }

  /** Marks the messages before `from` as stale, and all later ones as exact. */
  trustOnlyFrom(from: Position | null): void {
    this.#exact = [{ from, to: null, endsInGap: false }];
  }

  /** Replaces the messages between two positions by those of the table. */
  replaceRange(from: Position | null, to: Position | null, messages: readonly Message[]): void {
    const start = from ? this.#indexOf(from) : 0;
    const end = to ? this.#indexOf(to) : this.#messages.length;
    const fresh = messages.map((message) => {
      const known = this.#byId.get(message.id);
      return known && isSame(known, message) ? known : message;
    });
    for (const removed of this.#messages.splice(start, end - start)) this.#byId.delete(removed.id);
    for (const message of fresh) {
      this.remove(message.id);
      this.#insert(message);
    }
    this.#addExact({ from, to, endsInGap: false });
  }

  /** Applies the newest messages of the room: complete from the first of them, or from the beginning. */
  applySnapshot(messages: readonly Message[], hasOlder: boolean): void {
    this.replaceRange((hasOlder && messages[0]) || null, null, messages);
  }

  /** Applies all messages of the table from the first of `messages` up to `before`. */
  applyPage(before: Position, messages: readonly Message[], hasOlder: boolean): void {
    const from = (hasOlder && messages[0]) || null;
    const isGap = from !== null && !this.#meets(from, before);
    this.replaceRange(from, before, messages);
    if (!isGap) return;
    const lowered = this.#exact.find((one) => contains(one, from));
    if (lowered) lowered.endsInGap = true;
  }

  /** Applies all messages of the table from right after `after` to the last of `messages`. */
  applyAfter(after: Position, messages: readonly Message[], hasNewer: boolean): void {
    const last = messages.at(-1);
    const to = hasNewer && last ? rightAfter(last) : null;
    this.replaceRange(rightAfter(after), to, messages);
    this.#markGapFrom(to);
  }

  /** Applies messages between which the table has no others. */
  applyAround(messages: readonly Message[], hasOlder: boolean, hasNewer: boolean): void {
    const [first] = messages;
    const last = messages.at(-1);
    if (!first || !last) return;
    const from = hasOlder ? first : null;
    const to = hasNewer ? rightAfter(last) : null;
    this.replaceRange(from, to, messages);
    this.#markGapFrom(to);
    const added = this.#exact.find((one) => one.from === from);
    if (added && from) added.endsInGap = true;
  }

  /** The message before another one, such as that before a gap. */
  previous(id: string): Message | null {
    const message = this.#byId.get(id);
    return (message && this.#messages[this.#indexOf(message) - 1]) ?? null;
  }

  /** Marks a gap below the range that follows a position, unless a range contains or touches it. */
  #markGapFrom(position: Position | null): void {
    if (!position) return;
    const above = this.#exact.find(({ from }) => from !== null && comparePositions(from, position) >= 0);
    const isReached = this.#exact.some((one) => contains(one, position));
    if (above && !isReached) above.endsInGap = true;
  }

  /**
   * The position before which to load the next page, until no message is stale: right below an exact range, or right
   * after the newest stale message if that range ends in a gap. Null if no message is stale.
   */
  nextCheck(): Position | null {
    const stale = this.#messages.findLast((message) => !this.#isExact(message));
    if (!stale) return null;
    const above = this.#exact.find(({ from }) => from !== null && comparePositions(stale, from) < 0);
    return above?.from && !above.endsInGap ? above.from : { sent: stale.sent + 1, id: '' };
  }

  /** Ids of messages before which history is missing although older messages are present. */
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

  /** Removes the oldest messages if there are more than `limit`. */
  trim(limit: number): void {
    const surplus = this.#messages.length - limit;
    if (surplus <= 0) return;
    for (const { id } of this.#messages.splice(0, surplus)) this.#byId.delete(id);
    const [first] = this.#messages;
    if (!first) return;
    this.#exact = this.#exact
      .filter(({ to }) => to === null || comparePositions(first, to) < 0)
      .map((one) => (comparePositions(one.from ?? BEGINNING, first) < 0 ? { ...one, from: first } : one));
  }

  #insert(message: Message): void {
    this.#byId.set(message.id, message);
    this.#messages.splice(this.#indexOf(message), 0, message);
  }

  /** The index of a position, or where it would be inserted. */
  #indexOf(position: Position): number {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const message = this.#messages[middle];
      if (message && comparePositions(message, position) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isExact(position: Position): boolean {
    return this.#exact.some((one) => contains(one, position));
  }

  /** The timeline has messages between these positions, or an exact range that ends at `to`. */
  #meets(from: Position, to: Position): boolean {
    return (
      this.#indexOf(from) < this.#indexOf(to) ||
      this.#exact.some((one) => one.to && ends(one, to) && comparePositions(from, one.to) <= 0)
    );
  }

  /** Adds a range and joins it with ranges that it overlaps or touches. */
  #addExact(added: Range): void {
    const apart: Range[] = [];
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

/** The first position after a message. */
const rightAfter = ({ sent, id }: Position): Position => ({ sent, id: `${id}\0` });

const BEGINNING: Position = { sent: Number.NEGATIVE_INFINITY, id: '' };

/** The range ends before the position. */
const ends = ({ to }: Range, position: Position) => to !== null && comparePositions(position, to) >= 0;

const contains = (one: Range, position: Position) =>
  (one.from === null || comparePositions(position, one.from) >= 0) && !ends(one, position);

const startsBefore = (a: Range, b: Range) => comparePositions(a.from ?? BEGINNING, b.from ?? BEGINNING) < 0;

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
    a.reply_to === b.reply_to &&
    a.author.id_user === b.author.id_user &&
    a.author.name === b.author.name &&
    JSON.stringify([a.reactions, a.pinned]) === JSON.stringify([b.reactions, b.pinned])
  );
}
