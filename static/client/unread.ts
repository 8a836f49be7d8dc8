import { comparePositions, type Message, type Position } from '../../server/protocol/message.js';

/** What the reader has not seen yet: of a member the server knows, of others this tab alone. */
export class Unread {
  #seen: Position | null;
  #known: boolean;
  /** Behind which position the line stands. It stays after reading, so that the eye finds the place. */
  #lineAfter: Position | null | undefined;
  /** How many messages wait below. */
  count = 0;
  /** Id of the message above which the line stands. */
  line: string | null = null;

  /** @param since behind which position a member has not read; null where only this tab can tell */
  constructor(since: Position | null = null) {
    this.#seen = since;
    this.#known = since !== null;
  }

  /**
   * @param messages what the room shows, oldest first
   * @param isOwn nobody needs to be told of what he wrote himself
   * @param attends the newest messages are in sight
   */
  update(messages: readonly Message[], isOwn: (message: Message) => boolean, attends: boolean): void {
    const newest = messages.at(-1) ?? null;
    const after = (position: Position | null) =>
      messages.filter((message) => isAfter(message, position) && !isOwn(message));
    const unread = this.#known ? after(this.#seen) : [];
    if (!attends && this.count === 0 && unread.length > 0) this.#lineAfter = this.#seen;
    this.count = attends ? 0 : unread.length;
    if (attends || !this.#known) this.#see(newest);
    this.#known = true;
    this.line = this.#lineAfter === undefined ? null : (after(this.#lineAfter)[0]?.id ?? null);
  }

  /** The same reader has read up to here on another screen. */
  readUpTo(position: Position): void {
    if (this.#known) this.#see(position);
  }

  /** The reader answers, so he has read. */
  clear(): void {
    this.#lineAfter = undefined;
    this.line = null;
  }

  #see(position: Position | null): void {
    if (position && isAfter(position, this.#seen)) this.#seen = { sent: position.sent, id: position.id };
  }
}

const isAfter = (position: Position, other: Position | null) =>
  other === null || comparePositions(position, other) > 0;
