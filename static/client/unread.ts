import { type Author, comparePositions, type Message, type Position } from 'changeroom-client';
import { mentionedUsers } from '../../server/protocol/mentions.js';

/** Unread messages of the room: by the read position of a member, or by what this tab has shown to others. */
export class Unread {
  #seen: Position | null;
  #isKnown: boolean;
  /** The line is after this position. It stays after reading, so that the reader finds the place. */
  #lineAfter: Position | null | undefined;
  #count = 0;
  #line: string | null = null;
  /** Number of the newest messages that are unread, for as long as the position is not known. */
  #expected: number;

  /**
   * @param since the read position of a member; null if only this tab knows it
   * @param expected number of unread messages, where it is known instead of the position
   */
  constructor(since: Position | null = null, expected = 0) {
    this.#seen = since;
    this.#isKnown = since !== null;
    this.#expected = expected;
  }

  /** Number of unread messages below the visible ones. */
  get count(): number {
    return this.#count;
  }

  /** Id of the message below the line. */
  get line(): string | null {
    return this.#line;
  }

  /**
   * @param messages all messages of the room, oldest first
   * @param isOwn whether the reader wrote a message, which is never unread
   * @param isAttending the newest messages are visible
   */
  update(messages: readonly Message[], isOwn: (message: Message) => boolean, isAttending: boolean): void {
    const newest = messages.at(-1) ?? null;
    if (!this.#isKnown && this.#expected > 0) this.#seePositionBefore(messages, isOwn);
    const after = (position: Position | null) =>
      messages.filter((message) => isAfter(message, position) && !isOwn(message));
    const unread = this.#isKnown ? after(this.#seen) : [];
    if (!isAttending && this.#count === 0 && unread.length > 0) this.#lineAfter = this.#seen;
    this.#count = isAttending ? 0 : unread.length;
    if (isAttending || !this.#isKnown) this.#see(newest);
    this.#isKnown = true;
    this.#line = this.#lineAfter === undefined ? null : (after(this.#lineAfter)[0]?.id ?? null);
  }

  /** How many of the unread messages mention a user. @param messages all messages of the room, oldest first */
  mentionsOf({ id_user }: Author, messages: readonly Message[]): number {
    if (this.#count === 0 || id_user === null) return 0;
    return messages.slice(-this.#count).filter(({ body }) => mentionedUsers(body).includes(id_user)).length;
  }

  /** The same user has read up to here on another device. */
  readUpTo(position: Position): void {
    if (this.#isKnown) this.#see(position);
  }

  /** Removes the line: the reader has answered, and so has read the messages. */
  clear(): void {
    this.#lineAfter = undefined;
    this.#line = null;
  }

  /** Determines the position from the number of unread messages. */
  #seePositionBefore(messages: readonly Message[], isOwn: (message: Message) => boolean): void {
    const [first] = messages.filter((message) => !isOwn(message)).slice(-this.#expected);
    const before = first ? messages[messages.indexOf(first) - 1] : undefined;
    this.#expected = 0;
    this.#see(before ?? null);
    this.#isKnown = true;
  }

  #see(position: Position | null): void {
    if (position && isAfter(position, this.#seen)) this.#seen = { sent: position.sent, id: position.id };
  }
}

const isAfter = (position: Position, other: Position | null) =>
  other === null || comparePositions(position, other) > 0;
