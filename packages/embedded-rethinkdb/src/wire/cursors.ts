import type { Datum } from '../datum/datum.js';
import type { Feed } from '../feeds/feed.js';
import { Batch, type BatchLimits } from './batches.js';
import { batchResponse } from './response.js';

/** One response of a cursor, as JSON. */
export interface CursorResponse {
  readonly json: string;
  readonly isLast: boolean;
}

/** A sequence or a changefeed whose rows are sent in several responses. */
export interface Cursor {
  /** The next response; undefined if there are no rows yet. Throws if the cursor has failed. */
  poll(): CursorResponse | undefined;
  /** Calls back once, when `poll` may return a response. */
  onReady(callback: () => void): void;
  stop(): void;
}

/** A sequence that ends: the rows of a table, a range, a computed sequence. */
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
    // Reads one row ahead to mark the last batch as the last.
    this.#ahead = step;
    const isLast = step.done === true;
    return { json: batchResponse(batch.rows, isLast, [], this.#profile), isLast };
  }

  onReady(callback: () => void): void {
    callback();
  }

  stop(): void {
    this.#rows.return?.();
  }
}

/** A changefeed: the first response is sent immediately, others when changes are ready. */
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
    const { isEnded: ended, error } = this.#feed;
    if (batch.rows.length === 0 && error) throw error;
    if (batch.rows.length === 0 && !ended && !this.#isFirst) return undefined;
    this.#isFirst = false;
    const isLast = ended && !error;
    return { json: batchResponse(batch.rows, isLast, this.#notes, false), isLast };
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
