import { Backoff } from '../../lib/backoff.js';
import { Waiters } from '../../lib/waiters.js';
import { ChatError } from '../../protocol/errors.js';

export interface SnapshotFeedOptions<Snapshot, Change> {
  /** Reads the rows that the feed follows. */
  read(): Promise<Snapshot>;
  /** Takes over the rows that were read. `apply` is called right after it for the changes since the feed was opened. */
  onSnapshot(snapshot: Snapshot): void;
  apply(change: Change): void;
  /** Reading failed and is tried again. */
  onReadFailed(error: unknown): void;
}

const RETRY_AFTER_MS = 1_000;

/**
 * Joins a feed and a reading of the same rows without a gap: the feed is opened first, then the rows are read, then the
 * changes that were buffered in between are applied. If the rows were read first, a write between reading and opening
 * would be lost. Applying a change that the reading holds already does no harm, because the feed delivers all changes of
 * one row in order: the last one wins.
 */
export class SnapshotFeed<Snapshot, Change> {
  readonly #options: SnapshotFeedOptions<Snapshot, Change>;
  readonly #backoff = new Backoff();
  readonly #waiters = new Waiters<'snapshot', void>();
  /** Changes during a reading; null when none is running. */
  #buffered: Change[] | null = null;
  /** Counts readings, so that the result of an older one is dropped. */
  #reading = 0;
  #retry: NodeJS.Timeout | null = null;
  #hasSnapshot = false;

  constructor(options: SnapshotFeedOptions<Snapshot, Change>) {
    this.#options = options;
  }

  /** The rows have been read at least once. */
  get hasSnapshot(): boolean {
    return this.#hasSnapshot;
  }

  /** A reading is in progress; changes are applied after it. */
  get isReading(): boolean {
    return this.#buffered !== null;
  }

  /** Resolves when the rows have been read. @throws ChatError `database-unavailable` after `timeoutMs` */
  async ready(timeoutMs: number): Promise<void> {
    if (this.#hasSnapshot) return;
    await this.#waiters.wait('snapshot', timeoutMs, () => {
      throw new ChatError('database-unavailable', 'The database cannot be read at the moment', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    });
  }

  /** The feed has been opened (again), or the rows have to be read again for another reason. */
  readAgain(): void {
    this.stop();
    this.#buffered = [];
    void this.#read(this.#reading);
  }

  /** The feed has delivered a change. */
  change(change: Change): void {
    if (this.#buffered) this.#buffered.push(change);
    else this.#options.apply(change);
  }

  /** The feed is interrupted or closed: a running reading is out of date. */
  stop(): void {
    this.#reading += 1;
    this.#buffered = null;
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
  }

  async #read(reading: number): Promise<void> {
    try {
      const snapshot = await this.#options.read();
      if (reading === this.#reading) this.#use(snapshot);
    } catch (error) {
      if (reading !== this.#reading) return;
      this.#options.onReadFailed(error);
      // The feed may be open all the same, so no other event starts a further attempt.
      this.#retry = setTimeout(() => void this.#read(reading), this.#backoff.next());
    }
  }

  #use(snapshot: Snapshot): void {
    const buffered = this.#buffered ?? [];
    this.#buffered = null;
    this.#backoff.reset();
    this.#options.onSnapshot(snapshot);
    this.#hasSnapshot = true;
    for (const change of buffered) this.change(change);
    this.#waiters.resolveAll();
  }
}
