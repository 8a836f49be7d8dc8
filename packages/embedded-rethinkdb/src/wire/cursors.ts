import type { Feed } from '../changefeeds/feed.js';
import type { Datum } from '../values/datum.js';
import { Batch, type BatchLimits } from './batches.js';
import { batchResponse } from './response.js';

/** One response of a cursor, as JSON; `complete`: the last one. */
export interface CursorResponse {
  readonly json: string;
  readonly complete: boolean;
}

/** What stays open on the server after the first response to a query. */
export interface Cursor {
  /** The next response; undefined if there is nothing to tell yet. Throws if the cursor has failed. */
  poll(): CursorResponse | undefined;
  /** Calls back once, when it is worth while to poll again. */
  onReady(callback: () => void): void;
  stop(): void;
}

/** The rows of a table, a range or anything else that ends. */
export class RowCursor implements Cursor {
  readonly #rows: Iterator<Datum>;
  readonly #limits: BatchLimits;
  readonly #profile: boolean;
  #ahead: IteratorResult<Datum> | undefined;

  constructor(rows: Iterator<Datum>, limits: BatchLimits, profile: boolean) {
    this.#rows = rows;
    this.#limits = limits;
    this.#profile = profile;
  }

  poll(): CursorResponse {
    const batch = new Batch(this.#limits, this.#ahead === undefined);
    let step = this.#ahead ?? this.#rows.next();
    while (!step.done && !batch.isFull) {
      batch.add(step.value);
      step = this.#rows.next();
    }
    // One row ahead, so that the last batch says that it is the last.
    this.#ahead = step;
    const complete = step.done === true;
    return { json: batchResponse(batch.rows, complete, [], this.#profile), complete };
  }

  onReady(callback: () => void): void {
    callback();
  }

  stop(): void {
    this.#rows.return?.();
  }
}

/** A changefeed: its first response comes at once, the others when it has something to tell. */
export class FeedCursor implements Cursor {
  readonly #feed: Feed;
  readonly #notes: readonly number[];
  readonly #limits: BatchLimits;
  #isFirst = true;

  constructor(feed: Feed, notes: readonly number[], limits: BatchLimits) {
    this.#feed = feed;
    this.#notes = notes;
    this.#limits = limits;
  }

  poll(): CursorResponse | undefined {
    const batch = this.#take();
    const { ended, error } = this.#feed;
    if (batch.rows.length === 0 && error) throw error;
    if (batch.rows.length === 0 && !ended && !this.#isFirst) return undefined;
    this.#isFirst = false;
    const complete = ended && !error;
    return { json: batchResponse(batch.rows, complete, this.#notes, false), complete };
  }

  onReady(callback: () => void): void {
    this.#feed.onReady(callback);
  }

  stop(): void {
    this.#feed.close();
  }

  #take(): Batch {
    const batch = new Batch(this.#limits, false);
    while (!batch.isFull) {
      const items = this.#feed.take(1);
      if (items.length === 0) break;
      for (const item of items) batch.add(item);
    }
    return batch;
  }
}
