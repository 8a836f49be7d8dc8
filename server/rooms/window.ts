import { comparePositions, type Message, type Position } from '../protocol/message.js';

/**
 * The newest messages of a room in order, at most `size` of them. `hasOlder` says that the table holds more before
 * the first; what stands there is not this window's business.
 */
export class Window {
  private list: Message[] = [];
  private knownAuthors: Set<string | null> | null = null;
  hasOlder = false;

  constructor(private readonly size: number) {}

  /** Oldest first. Not to be changed by the caller. */
  get messages(): readonly Message[] {
    return this.list;
  }

  /** Ids of the users who wrote these messages. */
  get authors(): ReadonlySet<string | null> {
    this.knownAuthors ??= new Set(this.list.map(({ author }) => author.id_user));
    return this.knownAuthors;
  }

  /** Where the window begins; null when it holds all there is. */
  get from(): Position | null {
    const first = this.list[0];
    return this.hasOlder && first ? { sent: first.sent, id: first.id } : null;
  }

  /** Puts a new or changed message in its place, unless that is before the window. */
  upsert(message: Message): void {
    this.remove(message.id);
    const from = this.from;
    if (from && comparePositions(message, from) < 0) return;
    this.knownAuthors = null;
    let at = this.list.length;
    while (at > 0 && comparePositions(this.list[at - 1]!, message) > 0) at -= 1;
    this.list.splice(at, 0, message);
    if (this.list.length > this.size) {
      this.list.shift();
      this.hasOlder = true;
    }
  }

  remove(id: string): void {
    // New messages are at the end, and so are most of those that change.
    const at = this.list.findLastIndex((message) => message.id === id);
    if (at < 0) return;
    this.list.splice(at, 1);
    this.knownAuthors = null;
  }

  /**
   * Takes over what was read from the table.
   * @returns what has to be told to somebody who saw the old window from the new one's beginning on
   */
  replace(messages: Message[], hasOlder: boolean): { upserts: Message[]; removals: string[] } {
    const old = new Map(this.list.map((message) => [message.id, message]));
    this.list = messages;
    this.knownAuthors = null;
    this.hasOlder = hasOlder;
    const upserts = messages.filter((message) => !isSame(message, old.get(message.id)));
    const present = new Set(messages.map(({ id }) => id));
    const from = this.from;
    const removals = [...old.values()].filter(
      (message) => !present.has(message.id) && (!from || comparePositions(message, from) >= 0),
    );
    return { upserts, removals: removals.map(({ id }) => id) };
  }
}

function isSame(a: Message, b: Message | undefined): boolean {
  return b !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
