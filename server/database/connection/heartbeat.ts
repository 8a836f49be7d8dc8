import { randomUUID } from 'node:crypto';
import { isStorageFull } from './availability.js';
import type { DatabaseLink } from './database-link.js';
import type { HeartbeatRow } from './database-schema.js';
import { r } from './reql.js';
import type { DriverCursor, Table } from './reql-types.js';

/** Beats without an echo after which another host may serve better. */
const STALLED_BEATS = 2;
/** Beats without an echo after which the link is closed although the host answers. */
const MAX_MISSED_BEATS = 8;
/** Milliseconds to wait for the deletion of the row when the process stops. */
const DELETE_TIMEOUT_MS = 500;

export interface HeartbeatOptions {
  /** Milliseconds between two beats. */
  intervalMs: number;
  /** Milliseconds for each step of the first beat. */
  stepTimeoutMs: number;
  /** The host answers, but the table cannot be written: its primary fails over, or this host has lost the majority. */
  onStalled(): void;
  /** A beat was written, or refused because the storage is full. */
  onWritten(refusal: Error | null): void;
}

/**
 * Proves from end to end that rows can be written and that feeds deliver changes: rewrites a row over one connection of a
 * link and expects the change from a feed on the other one, as an echo.
 *
 * A missing echo does not mean that the link is dead; the Pulse finds that out. The primary of the table may fail over,
 * which takes a cluster seconds, or the feed was aborted. So the feed is opened again, and the link is kept until the echo
 * has been missing for `MAX_MISSED_BEATS`. A beat that is refused because the storage is full needs no echo: the database
 * can be read.
 */
export class Heartbeat {
  readonly #link: DatabaseLink;
  readonly #table: Table<HeartbeatRow>;
  readonly #options: HeartbeatOptions;
  readonly #id = randomUUID();
  #timer: NodeJS.Timeout | null = null;
  #cursor: DriverCursor<unknown> | null = null;
  #isOpening = false;
  #isEnded = false;
  /** Beats since the last echo. */
  #missed = 0;
  #beat = 0;
  #onEcho: () => void = () => {};

  constructor(link: DatabaseLink, table: Table<HeartbeatRow>, options: HeartbeatOptions) {
    this.#link = link;
    this.#table = table;
    this.#options = options;
  }

  /** Starts beating; resolves with the first echo. @throws Error when the table cannot be written or followed in time */
  async start(): Promise<void> {
    const { intervalMs, stepTimeoutMs } = this.#options;
    const echo = new Promise<void>((resolve) => {
      this.#onEcho = resolve;
    });
    await this.#link.within(stepTimeoutMs, 'the feed of the heartbeat', this.#openFeed());
    await this.#link.within(stepTimeoutMs, 'the first beat of the heartbeat', this.#write());
    await this.#link.within(stepTimeoutMs, 'the first echo of the heartbeat', echo);
    if (this.#isEnded) return;
    this.#timer = setInterval(() => this.#tick(), intervalMs);
    this.#timer.unref();
  }

  /** Stops and deletes the row. */
  async stop(): Promise<void> {
    this.abandon();
    const deleted = this.#table.get(this.#id).delete({ durability: 'soft' }).run(this.#link.queries);
    await Promise.race([
      deleted.catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, DELETE_TIMEOUT_MS).unref()),
    ]);
  }

  /** Stops and leaves the row, because the link is closed. */
  abandon(): void {
    this.#isEnded = true;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The echo is missing. */
  get isStalled(): boolean {
    return this.#missed >= STALLED_BEATS;
  }

  #tick(): void {
    if (this.#missed >= MAX_MISSED_BEATS) {
      this.abandon();
      this.#link.destroy('the heartbeat table cannot be written or followed');
      return;
    }
    if (this.isStalled) {
      this.#options.onStalled();
      this.#closeFeed(); // the feed alone may be stuck
    }
    this.#missed += 1;
    if (!this.#cursor) this.#openFeed().catch(() => {}); // the next tick tries again
    this.#write().catch(() => {}); // shows as a missing echo
  }

  async #write(): Promise<void> {
    this.#beat += 1;
    const row = { id: this.#id, beat: this.#beat, at: r.now() };
    const insert = this.#table.insert(row, { conflict: 'replace', durability: 'soft' });
    try {
      await insert.run(this.#link.queries);
      this.#options.onWritten(null);
    } catch (error) {
      if (!isStorageFull(error)) throw error;
      this.#options.onWritten(error);
      this.#echo();
    }
  }

  /** Opens the feed. The next beat opens it again after it was aborted. */
  async #openFeed(): Promise<void> {
    if (this.#isOpening) return;
    this.#isOpening = true;
    try {
      const feed = this.#table.get(this.#id).changes({ squash: false });
      const cursor = await feed.run(this.#link.feeds);
      this.#cursor = cursor;
      cursor.each((error) => {
        if (this.#cursor !== cursor) return false;
        if (error) this.#cursor = null;
        else this.#echo();
        return !error;
      });
    } finally {
      this.#isOpening = false;
    }
  }

  #closeFeed(): void {
    const cursor = this.#cursor;
    this.#cursor = null;
    cursor?.close().catch(() => {});
  }

  #echo(): void {
    this.#missed = 0;
    this.#onEcho();
  }
}
