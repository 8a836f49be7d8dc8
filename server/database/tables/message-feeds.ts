import { RefCountedMap } from '../../lib/ref-counted-map.js';
import type { Message } from '../../protocol/message.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { Feed, type FeedListener } from '../connection/feed.js';
import { r } from '../connection/reql.js';
import type { MessageRow } from '../schema/rows.js';
import { MESSAGES } from '../schema/tables.js';
import { toMessage } from './message-row.js';

/**
 * Rooms with a feed of their own. A RethinkDB server checks every range feed on every write, so feeds slow down
 * all inserts (100 of them to about three quarters, 5,000 to a seventh); rooms beyond this number share one feed of
 * the whole table.
 */
const MAX_OWN_FEEDS = 32;

/** Receives the changes of a room's messages; see FeedListener. */
export type MessageListener = FeedListener<Message>;

/** Delivers the changes of rooms. A listener cannot distinguish a room's own feed from the shared one. */
export class MessageFeeds {
  readonly #database: Database;
  readonly #log: Log;
  readonly #own = new Set<Feed<MessageRow>>();
  readonly #shared: RefCountedMap<'shared', SharedFeed>;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
    this.#shared = new RefCountedMap(
      () => new SharedFeed(database, log),
      (feed) => feed.close(),
    );
  }

  /** Changefeeds that the database runs for messages. */
  get open(): number {
    const own = [...this.#own].filter((feed) => feed.isOpen).length;
    return own + (this.#shared.get('shared')?.isOpen ? 1 : 0);
  }

  /** Follows a room. @returns a function that stops following */
  follow(room: string, listener: MessageListener): () => void {
    return this.#own.size < MAX_OWN_FEEDS
      ? this.#followAlone(room, listener)
      : this.#followShared(room, listener);
  }

  #followAlone(room: string, listener: MessageListener): () => void {
    const range = this.#database
      .table(MESSAGES)
      .between([room, r.minval], [room, r.maxval], { index: 'room_sent' });
    const feed = new Feed<MessageRow>(
      this.#database,
      range,
      {
        opened: () => listener.opened(),
        changed: (before, after) => listener.changed(toMessage(before), toMessage(after)),
        lost: () => listener.lost(),
      },
      this.#log,
    );
    this.#own.add(feed);
    return () => {
      this.#own.delete(feed);
      feed.close();
    };
  }

  #followShared(room: string, listener: MessageListener): () => void {
    const { value: feed, release } = this.#shared.acquire('shared');
    const stop = feed.add(room, listener);
    return () => {
      stop();
      release();
    };
  }
}

/** One feed of the whole table, whose changes are delivered by room. */
class SharedFeed {
  readonly #listeners = new RefCountedMap<string, Set<MessageListener>>(
    () => new Set(),
    () => {},
  );
  readonly #feed: Feed<MessageRow>;
  #isAnnounced = false;

  constructor(database: Database, log: Log) {
    this.#feed = new Feed<MessageRow>(
      database,
      database.table(MESSAGES),
      {
        opened: () => {
          this.#isAnnounced = true;
          for (const listener of this.#all()) listener.opened();
        },
        changed: (before, after) => this.#changed(toMessage(before), toMessage(after)),
        lost: () => {
          this.#isAnnounced = false;
          for (const listener of this.#all()) listener.lost();
        },
      },
      log,
    );
  }

  get isOpen(): boolean {
    return this.#feed.isOpen;
  }

  /** @returns a function that removes the listener */
  add(room: string, listener: MessageListener): () => void {
    const { value: listeners, release } = this.#listeners.acquire(room);
    listeners.add(listener);
    // Not within this call: the caller needs the function to stop first.
    if (this.#isAnnounced)
      setImmediate(() => this.#isAnnounced && listeners.has(listener) && listener.opened());
    return () => {
      listeners.delete(listener);
      release();
    };
  }

  close(): void {
    this.#feed.close();
  }

  /** A row that moves to another room leaves the one and enters the other, as with range feeds. */
  #changed(before: Message | null, after: Message | null): void {
    if (before && after && before.room !== after.room) {
      this.#notify(before.room, before, null);
      this.#notify(after.room, null, after);
    } else {
      const room = (after ?? before)?.room;
      if (room !== undefined) this.#notify(room, before, after);
    }
  }

  #notify(room: string, before: Message | null, after: Message | null): void {
    for (const listener of this.#listeners.get(room) ?? []) listener.changed(before, after);
  }

  *#all(): Iterable<MessageListener> {
    for (const listeners of [...this.#listeners.values()]) yield* [...listeners];
  }
}
