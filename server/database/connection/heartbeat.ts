import { randomUUID } from 'node:crypto';
import type { DatabaseLink } from './database-link.js';
import { type DriverCursor, r, type Term } from './reql.js';
import { isStorageFull } from './storage-full.js';

/** Beats without an echo after which another host may serve better. */
const STALLED_BEATS = 2;
/** Beats without an echo after which the link is given up though the host answers. */
const LAST_BEATS = 8;

export interface HeartbeatOptions {
  /** Milliseconds between two beats. */
  intervalMs: number;
  /** Milliseconds for the first proof. */
  stepTimeoutMs: number;
  /** The host answers, but the table cannot be written: its primary fails over, or this host has lost the majority. */
  stalled(): void;
  /** A beat was written, or refused because the storage is full. */
  wrote(refusal: Error | null): void;
}

/**
 * Proof from end to end that rows can be written and that feeds bring changes: a row is rewritten over the one
 * connection of a link and expected back through a feed on the other, as an echo.
 *
 * A missing echo does not mean that the link is dead; that is for the Pulse to find out. The primary of the table may
 * fail over, which takes a cluster seconds, or its feed was aborted. So the feed is opened again, and the link is kept
 * until the echo has been missing for long. A beat that is refused because the storage is full needs no echo: the database
 * is alive, and can be read.
 */
export class Heartbeat {
  readonly #link: DatabaseLink;
  readonly #nodes: Term;
  readonly #options: HeartbeatOptions;
  readonly #id = randomUUID();
  readonly #beats: Term;
  #timer: NodeJS.Timeout | null = null;
  #cursor: DriverCursor<unknown> | null = null;
  #opening = false;
  #ended = false;
  /** Beats since the last echo. */
  #unheard = 0;
  #beat = 0;
  #onEcho: () => void = () => {};

  constructor(link: DatabaseLink, nodes: Term, options: HeartbeatOptions) {
    this.#link = link;
    this.#nodes = nodes;
    this.#options = options;
    this.#beats = nodes.get(this.#id).changes({ squash: false });
  }

  /** Begins, and resolves with the first echo. @throws Error when the table cannot be written or followed in time */
  async start(): Promise<void> {
    const { intervalMs, stepTimeoutMs } = this.#options;
    const echo = new Promise<void>((resolve) => {
      this.#onEcho = resolve;
    });
    await this.#link.within(stepTimeoutMs, 'the feed of the heartbeat', this.#follow());
    await this.#link.within(stepTimeoutMs, 'the first beat of the heartbeat', this.#write());
    await this.#link.within(stepTimeoutMs, 'the first echo of the heartbeat', echo);
    if (this.#ended) return;
    this.#timer = setInterval(() => this.#tick(), intervalMs);
    this.#timer.unref();
  }

  /** Stops and takes the row away. */
  async stop(): Promise<void> {
    this.abandon();
    const farewell = this.#nodes.get(this.#id).delete({ durability: 'soft' }).run(this.#link.queries);
    await Promise.race([
      farewell.catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, 500).unref()),
    ]);
  }

  /** Stops and leaves the row, as the link is gone. */
  abandon(): void {
    this.#ended = true;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The echo is missing. */
  get isStalled(): boolean {
    return this.#unheard >= STALLED_BEATS;
  }

  #tick(): void {
    if (this.#unheard >= LAST_BEATS) {
      this.abandon();
      this.#link.destroy('the table nodes cannot be written or followed');
      return;
    }
    if (this.isStalled) {
      this.#options.stalled();
      this.#unfollow(); // the feed alone may be stuck
    }
    this.#unheard += 1;
    if (!this.#cursor) this.#follow().catch(() => {}); // the next tick tries again
    this.#write().catch(() => {}); // shows as a missing echo
  }

  async #write(): Promise<void> {
    this.#beat += 1;
    const row = { id: this.#id, beat: this.#beat, at: r.now() };
    try {
      await this.#nodes.insert(row, { conflict: 'replace', durability: 'soft' }).run(this.#link.queries);
      this.#options.wrote(null);
    } catch (error) {
      if (!isStorageFull(error)) throw error;
      this.#options.wrote(error as Error);
      this.#echo();
    }
  }

  /** Opens the feed. The next beat opens it again after it was aborted. */
  async #follow(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    try {
      const cursor: DriverCursor<unknown> = await this.#beats.run(this.#link.feeds);
      this.#cursor = cursor;
      cursor.each((error) => {
        if (this.#cursor !== cursor) return false;
        if (error) this.#cursor = null;
        else this.#echo();
        return !error;
      });
    } finally {
      this.#opening = false;
    }
  }

  #unfollow(): void {
    const cursor = this.#cursor;
    this.#cursor = null;
    cursor?.close().catch(() => {});
  }

  #echo(): void {
    this.#unheard = 0;
    this.#onEcho();
  }
}
