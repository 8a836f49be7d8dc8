import { isDeepStrictEqual } from 'node:util';
import { mentionedUsers } from '../protocol/mentions.js';
import { comparePositions, type Message, type Position } from '../protocol/message.js';

/**
 * The newest messages of a room in order, at most `size` of them. `hasOlder`: the table has messages before the first; the
 * window ignores changes of those.
 */
export class Window {
  readonly #size: number;
  #messages: Message[] = [];
  #knownUsers: Set<string | null> | null = null;
  hasOlder = false;

  constructor(size: number) {
    this.#size = size;
  }

  /** Oldest first. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Ids of the users who wrote these messages or are mentioned in them. */
  get users(): ReadonlySet<string | null> {
    this.#knownUsers ??= new Set(
      this.#messages.flatMap(({ author, body }) => [author.id_user, ...mentionedUsers(body)]),
    );
    return this.#knownUsers;
  }

  /** The position of the first message; null when the window has all messages of the room. */
  get from(): Position | null {
    const first = this.#messages[0];
    return this.hasOlder && first ? { sent: first.sent, id: first.id } : null;
  }

  has(id: string): boolean {
    return this.#messages.some((message) => message.id === id);
  }

  /** Inserts a new or changed message at its position, unless that is before the window. */
  upsert(message: Message): void {
    this.remove(message.id);
    const from = this.from;
    if (from && comparePositions(message, from) < 0) return;
    this.#knownUsers = null;
    const before = this.#messages.findLastIndex((each) => comparePositions(each, message) <= 0);
    this.#messages.splice(before + 1, 0, message);
    if (this.#messages.length > this.#size) {
      this.#messages.shift();
      this.hasOlder = true;
    }
  }

  remove(id: string): void {
    // New messages are at the end, and so are most of those that change.
    const at = this.#messages.findLastIndex((message) => message.id === id);
    if (at < 0) return;
    this.#messages.splice(at, 1);
    this.#knownUsers = null;
  }

  /**
   * Takes over the messages that were read from the table.
   * @returns the difference for a client that shows the old window, from the beginning of the new one on
   */
  replace(messages: Message[], hasOlder: boolean): { upserts: Message[]; removals: string[] } {
    const old = new Map(this.#messages.map((message) => [message.id, message]));
    this.#messages = messages;
    this.#knownUsers = null;
    this.hasOlder = hasOlder;
    const upserts = messages.filter((message) => !isDeepStrictEqual(message, old.get(message.id)));
    const present = new Set(messages.map(({ id }) => id));
    const from = this.from;
    const removals = [...old.values()].filter(
      (message) => !present.has(message.id) && (!from || comparePositions(message, from) >= 0),
    );
    return { upserts, removals: removals.map(({ id }) => id) };
  }
}
