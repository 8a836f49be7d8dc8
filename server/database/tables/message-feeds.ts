import type { Message } from '../../protocol/message.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { Feed, type FeedListener } from '../connection/feed.js';
import { r } from '../connection/reql.js';
import { type MessageRow, toMessage } from './message-row.js';

/**
 * Rooms with a feed of their own. A RethinkDB server checks every range feed on every write, so many feeds slow down
 * all inserts (100 of them to about three quarters, 5,000 to a seventh); rooms beyond this number share one feed of
 * the whole table.
 */
const OWN_FEEDS = 32;

/** What a room is told about its messages; see FeedListener. */
export type MessageListener = FeedListener<Message>;

/** Hands out the changes of rooms. Whoever follows a room cannot tell which kind of feed serves it. */
export class MessageFeeds {
  readonly #database: Database;
  readonly #log: Log;
  readonly #own = new Set<Feed<MessageRow>>();
  #shared: SharedFeed | null = null;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  /** How many changefeeds the database runs for messages. */
  get open(): number {
    return [...this.#own].filter((feed) => feed.isOpen).length + (this.#shared?.isOpen ? 1 : 0);
  }

  /** Follows a room until the function that it returns is called. */
  follow(room: string, listener: MessageListener): () => void {
    return this.#own.size < OWN_FEEDS
      ? this.#followAlone(room, listener)
      : this.#followShared(room, listener);
  }

  #followAlone(room: string, listener: MessageListener): () => void {
    const range = this.#database
      .table('messages')
      .between([room, r.minval], [room, r.maxval], { index: 'room_sent' });
    const feed = new Feed<MessageRow>(this.#database, range, inMessages(listener), this.#log);
    this.#own.add(feed);
    return () => {
      this.#own.delete(feed);
      feed.close();
    };
  }

  #followShared(room: string, listener: MessageListener): () => void {
    this.#shared ??= new SharedFeed(this.#database, this.#log);
    const shared = this.#shared;
    shared.add(room, listener);
    return () => {
      shared.delete(room, listener);
      if (shared.size > 0 || this.#shared !== shared) return;
      this.#shared = null;
      shared.close();
    };
  }
}

/** One feed of the whole table, told apart by room. */
class SharedFeed {
  readonly #listeners = new Map<string, Set<MessageListener>>();
  readonly #feed: Feed<MessageRow>;
  #open = false;

  constructor(database: Database, log: Log) {
    this.#feed = new Feed<MessageRow>(
      database,
      database.table('messages'),
      {
        opened: () => {
          this.#open = true;
          for (const listener of this.#all()) listener.opened();
        },
        changed: (before, after) => this.#changed(toMessage(before), toMessage(after)),
        lost: () => {
          this.#open = false;
          for (const listener of this.#all()) listener.lost();
        },
      },
      log,
    );
  }

  get isOpen(): boolean {
    return this.#feed.isOpen;
  }

  get size(): number {
    return this.#listeners.size;
  }

  add(room: string, listener: MessageListener): void {
    const present = this.#listeners.get(room);
    if (present) present.add(listener);
    else this.#listeners.set(room, new Set([listener]));
    // Not within this call: whoever follows should have the answer to `follow` first.
    if (this.#open)
      setImmediate(() => this.#open && this.#listeners.get(room)?.has(listener) && listener.opened());
  }

  delete(room: string, listener: MessageListener): void {
    const present = this.#listeners.get(room);
    present?.delete(listener);
    if (present?.size === 0) this.#listeners.delete(room);
  }

  close(): void {
    this.#feed.close();
  }

  /** A row that moves to another room leaves the one and enters the other, as with range feeds. */
  #changed(before: Message | null, after: Message | null): void {
    if (before && after && before.room !== after.room) {
      this.#tell(before.room, before, null);
      this.#tell(after.room, null, after);
    } else {
      const room = (after ?? before)?.room;
      if (room !== undefined) this.#tell(room, before, after);
    }
  }

  #tell(room: string, before: Message | null, after: Message | null): void {
    for (const listener of this.#listeners.get(room) ?? []) listener.changed(before, after);
  }

  *#all(): Iterable<MessageListener> {
    for (const listeners of [...this.#listeners.values()]) yield* [...listeners];
  }
}

function inMessages(listener: MessageListener): FeedListener<MessageRow> {
  return {
    opened: () => listener.opened(),
    changed: (before, after) => listener.changed(toMessage(before), toMessage(after)),
    lost: () => listener.lost(),
  };
}
