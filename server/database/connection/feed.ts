import { Backoff } from '../../lib/backoff.js';
import { reasonOf } from '../../lib/error-reason.js';
import { diagnostics } from '../../telemetry/diagnostics-channels.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from './database.js';
import { RAW } from './reql.js';
import type { DriverCursor, FeedItem, Sequence } from './reql-types.js';

export interface FeedListener<Row> {
  /** The feed is open: every later change is delivered. Called again after every `lost`. */
  opened(): void;
  /** `null` where the row was not (or is no longer) in the sequence that the feed follows. */
  changed(before: Row | null, after: Row | null): void;
  /** The feed is interrupted: changes may be missed until `opened` is called again. */
  lost(): void;
}

/**
 * A changefeed that reopens by itself until it is closed, or its database is stopped. There is no resume token: after every `opened` the listener has
 * to read the sequence that the feed follows, and apply the changes that the feed has delivered since `opened`.
 */
export class Feed<Row> {
  readonly #database: Database;
  readonly #sequence: Sequence<Row>;
  readonly #listener: FeedListener<Row>;
  readonly #log: Log;
  readonly #backoff = new Backoff();
  readonly #onUp = () => void this.#start();
  readonly #onSchemaChanged = () => this.#reopen();
  readonly #onSchemaRepaired = () => this.#retryNow();
  readonly #onStopped = () => this.close();
  #cursor: DriverCursor<FeedItem<Row>> | null = null;
  #retry: NodeJS.Timeout | null = null;
  #isClosed = false;
  /** Between the request for the feed and its answer. */
  #isRequested = false;
  /** The listener has been called with `opened`, and not with `lost` since. */
  #isAnnounced = false;
  #wasOpen = false;
  /** The schema has changed since the feed was requested. */
  #isOutdated = false;

  constructor(database: Database, sequence: Sequence<Row>, listener: FeedListener<Row>, log: Log) {
    this.#database = database;
    this.#sequence = sequence;
    this.#listener = listener;
    this.#log = log;
    database.on('up', this.#onUp);
    database.on('schemaChanged', this.#onSchemaChanged);
    database.on('schemaRepaired', this.#onSchemaRepaired);
    database.on('stopped', this.#onStopped);
    void this.#start();
  }

  /** The database runs the feed now. */
  get isOpen(): boolean {
    return this.#cursor !== null;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#database.off('up', this.#onUp);
    this.#database.off('schemaChanged', this.#onSchemaChanged);
    this.#database.off('schemaRepaired', this.#onSchemaRepaired);
    this.#database.off('stopped', this.#onStopped);
    if (this.#retry) clearTimeout(this.#retry);
    this.#closeCursor();
  }

  async #start(): Promise<void> {
    const connection = this.#database.feedConnection;
    // Without a connection, `up` calls again.
    if (this.#isClosed || this.#isRequested || this.#cursor || this.#retry || !connection) return;
    this.#isRequested = true;
    this.#isOutdated = false;
    let cursor: DriverCursor<FeedItem<Row>>;
    try {
      // No squash, which would merge changes of a row; states, because `ready` proves the subscription.
      const changes = this.#sequence.changes({ squash: false, includeStates: true });
      cursor = await changes.run(connection, RAW);
    } catch (error) {
      this.#isRequested = false;
      this.#fail(error);
      return;
    }
    this.#isRequested = false;
    this.#cursor = cursor;
    if (this.#isClosed) this.#closeCursor();
    else if (this.#isOutdated) this.#reopen();
    else this.#read(cursor);
  }

  /** A server reports no error to a feed whose index was dropped. */
  #reopen(): void {
    this.#isOutdated = true;
    if (this.#cursor) this.#fail(new Error('tables or indexes were missing'));
  }

  /** The table or index is there again: there is no reason to wait longer. */
  #retryNow(): void {
    if (!this.#retry) return;
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#backoff.reset();
    void this.#start();
  }

  #read(cursor: DriverCursor<FeedItem<Row>>): void {
    cursor.each((error, item) => {
      if (this.#cursor !== cursor) return false;
      if (error) this.#fail(error);
      else if (item.error !== undefined)
        this.#fail(new Error(item.error)); // it fell behind: a gap
      else if (item.state === 'ready') this.#opened();
      else if (item.state === undefined) this.#listener.changed(item.old_val ?? null, item.new_val ?? null);
      return this.#cursor === cursor;
    });
  }

  #opened(): void {
    diagnostics.feedOpened.publish({ again: this.#wasOpen });
    if (this.#wasOpen) this.#log.debug('changefeed reopened');
    this.#wasOpen = true;
    this.#isAnnounced = true;
    this.#backoff.reset();
    this.#listener.opened();
  }

  #fail(error: unknown): void {
    this.#closeCursor();
    if (this.#isClosed) return;
    if (this.#isAnnounced) {
      this.#isAnnounced = false;
      this.#log.warn({ reason: reasonOf(error).replace(/ in:$/, '') }, 'changefeed lost');
      this.#listener.lost();
    }
    if (!this.#database.feedConnection) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      void this.#start();
    }, this.#backoff.next());
  }

  #closeCursor(): void {
    const cursor = this.#cursor;
    if (!cursor) return;
    this.#cursor = null;
    cursor.close().catch(() => {});
  }
}
