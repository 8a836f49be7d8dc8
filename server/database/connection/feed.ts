import { Backoff } from '../../lib/backoff.js';
import { diagnostics } from '../../telemetry/diagnostics-channels.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from './database.js';
import { type DriverCursor, RAW, type Term } from './reql.js';

export interface FeedListener<Row> {
  /** The feed runs: whatever is committed from now on will be told. Called again after every `lost`. */
  opened(): void;
  /** `null` where the row was not (or is no longer) in what the feed follows. */
  changed(before: Row | null, after: Row | null): void;
  /** The feed is interrupted: changes may be missed until `opened` is called again. */
  lost(): void;
}

interface Item<Row> {
  state?: string;
  error?: string;
  old_val?: Row | null;
  new_val?: Row | null;
}

/**
 * A changefeed that reopens by itself until it is closed. There is no resume token: after every `opened` the
 * listener has to read what the feed follows, and apply what the feed brings meanwhile on top.
 */
export class Feed<Row> {
  readonly #database: Database;
  readonly #query: Term;
  readonly #listener: FeedListener<Row>;
  readonly #log: Log;
  #closed = false;
  /** Between the request for the feed and its answer. */
  #opening = false;
  #open = false;
  #wasOpen = false;
  #cursor: DriverCursor<Item<Row>> | null = null;
  #retry: NodeJS.Timeout | null = null;
  readonly #backoff = new Backoff();
  readonly #onUp = () => void this.#begin();
  readonly #onSchemaChanged = () => this.#reopen();
  readonly #onSchemaRepaired = () => this.#hurry();
  /** The schema has changed since the feed was requested. */
  #isOutdated = false;

  constructor(database: Database, query: Term, listener: FeedListener<Row>, log: Log) {
    this.#database = database;
    this.#query = query;
    this.#listener = listener;
    this.#log = log;
    database.on('up', this.#onUp);
    database.on('schemaChanged', this.#onSchemaChanged);
    database.on('schemaRepaired', this.#onSchemaRepaired);
    void this.#begin();
  }

  /** The database runs it now. */
  get isOpen(): boolean {
    return this.#cursor !== null;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.off('up', this.#onUp);
    this.#database.off('schemaChanged', this.#onSchemaChanged);
    this.#database.off('schemaRepaired', this.#onSchemaRepaired);
    if (this.#retry) clearTimeout(this.#retry);
    this.#end();
  }

  async #begin(): Promise<void> {
    const connection = this.#database.feedConnection;
    if (this.#closed || this.#opening || this.#cursor || this.#retry || !connection) return; // `up` will call again
    this.#opening = true;
    this.#isOutdated = false;
    try {
      // Every change by itself (squash would merge them); states, because `ready` proves that it is subscribed.
      const options = { squash: false, includeStates: true };
      const cursor: DriverCursor<Item<Row>> = await this.#query.changes(options).run(connection, RAW);
      this.#cursor = cursor;
      this.#opening = false;
    } catch (error) {
      this.#opening = false;
      return this.#failed(error as Error);
    }
    if (this.#closed) return this.#end();
    if (this.#isOutdated) return this.#reopen();
    this.#read(this.#cursor);
  }

  /** A server gives no error to a feed whose index was dropped. */
  #reopen(): void {
    this.#isOutdated = true;
    if (this.#cursor) this.#failed(new Error('tables or indexes were missing'));
  }

  /** What the feed needs is there again: there is no reason to wait longer. */
  #hurry(): void {
    if (!this.#retry) return;
    clearTimeout(this.#retry);
    this.#retry = null;
    this.#backoff.reset();
    void this.#begin();
  }

  #read(cursor: DriverCursor<Item<Row>>): void {
    cursor.each((error, item) => {
      if (this.#cursor !== cursor) return false;
      if (error) this.#failed(error);
      else if (item.error !== undefined)
        this.#failed(new Error(item.error)); // it fell behind: a gap
      else if (item.state === 'ready') this.#opened();
      else if (item.state === undefined) this.#listener.changed(item.old_val ?? null, item.new_val ?? null);
      return this.#cursor === cursor;
    });
  }

  #opened(): void {
    diagnostics.feedOpened.publish({ again: this.#wasOpen });
    this.#wasOpen = true;
    this.#open = true;
    this.#backoff.reset();
    this.#listener.opened();
  }

  #failed(error: Error): void {
    this.#end();
    if (this.#closed) return;
    if (this.#open) {
      this.#open = false;
      this.#log.warn(
        { reason: error.message.split('\n')[0]!.replace(/ in:$/, '') },
        'changefeed: interrupted',
      );
      this.#listener.lost();
    }
    if (!this.#database.feedConnection) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      void this.#begin();
    }, this.#backoff.next());
  }

  #end(): void {
    const cursor = this.#cursor;
    if (!cursor) return;
    this.#cursor = null;
    cursor.close().catch(() => {});
  }
}
