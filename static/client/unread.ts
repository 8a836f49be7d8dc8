import { comparePositions, type Message, type Position } from '../../server/message.js';

/** What the reader has not seen yet, as far as this tab can tell. */
export class Unread {
  #seen: Position | null = null;
  #known = false;
  /** How many messages wait below. */
  count = 0;
  /** Id of the message above which the line stands. It stays after reading, so that the eye finds the place. */
  line: string | null = null;

  /**
   * @param messages what the room shows, oldest first
   * @param isOwn nobody needs to be told of what he wrote himself
   * @param attends the newest messages are in sight
   */
  update(messages: readonly Message[], isOwn: (message: Message) => boolean, attends: boolean): void {
    const newest = messages.at(-1) ?? null;
    const seen = this.#seen;
    const unread = this.#known
      ? messages.filter(
          (message) => (seen === null || comparePositions(message, seen) > 0) && !isOwn(message),
        )
      : [];
    if (!attends && this.count === 0 && unread[0]) this.line = unread[0].id;
    this.count = attends ? 0 : unread.length;
    if (attends || !this.#known) this.#seen = newest;
    this.#known = true;
  }

  /** The reader answers, so he has read. */
  clear(): void {
    this.line = null;
  }
}
