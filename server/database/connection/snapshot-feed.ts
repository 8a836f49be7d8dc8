import { Backoff } from '../../lib/backoff.js';
import { ChatError } from '../../protocol/errors.js';

export interface SnapshotFeedOptions<Found, Change> {
  /** Reads what the feed follows. */
  read(): Promise<Found>;
  /** Takes over what was read; right after it, `apply` is called for what the feed brought in the meantime. */
  onSnapshot(found: Found): void;
  apply(change: Change): void;
  /** Reading failed and will be tried again. */
  failed(error: Error): void;
}

/**
 * Joins a feed and a reading of the same rows without a gap: the feed is opened first, then the rows are read, then
 * the changes that were buffered in between are applied. Were the rows read first, what is written between reading and opening
 * would be lost. Applying a change that the reading holds already does no harm, since the feed brings all changes of
 * one row in order: the last one wins.
 */
export class SnapshotFeed<Found, Change> {
  readonly #parts: SnapshotFeedOptions<Found, Change>;
  /** Changes that come during a reading; null when none is under way. */
  #buffered: Change[] | null = null;
  /** Counts readings, so that one that was overtaken is dropped. */
  #reading = 0;
  #retry: NodeJS.Timeout | null = null;
  readonly #backoff = new Backoff();

  readonly #waiting = new Set<() => void>();
  #known = false;

  constructor(parts: SnapshotFeedOptions<Found, Change>) {
    this.#parts = parts;
  }

  /** The rows have been read at least once. */
  get isKnown(): boolean {
    return this.#known;
  }

  /** Resolves when the rows have been read. @throws ChatError `database-unavailable` after `timeoutMs` */
  async ready(timeoutMs: number): Promise<void> {
    if (this.#known) return;
    await new Promise<void>((resolve, reject) => {
      const known = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(known);
        reject(
          new ChatError('database-unavailable', 'The database cannot be read at the moment', {
            retryAfterMs: 1000,
          }),
        );
      }, timeoutMs);
      this.#waiting.add(known);
    });
  }

  /** The feed has been opened (again), or the rows are wanted anew for another reason. */
  begin(): void {
    this.stop();
    this.#buffered = [];
    void this.#read(this.#reading);
  }

  /** The feed has brought a change. */
  change(change: Change): void {
    if (this.#buffered) this.#buffered.push(change);
    else this.#parts.apply(change);
  }

  /** The feed is interrupted or not wanted any more: whatever is being read is out of date. */
  stop(): void {
    this.#reading += 1;
    this.#buffered = null;
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
  }

  async #read(reading: number): Promise<void> {
    try {
      const found = await this.#parts.read();
      if (reading === this.#reading) this.#settle(found);
    } catch (error) {
      if (reading !== this.#reading) return;
      this.#parts.failed(error as Error);
      // The feed may be well all the same, so that nobody else will call for another attempt.
      this.#retry = setTimeout(() => void this.#read(reading), this.#backoff.next());
    }
  }

  #settle(found: Found): void {
    const buffered = this.#buffered ?? [];
    this.#buffered = null;
    this.#backoff.reset();
    this.#parts.onSnapshot(found);
    this.#known = true;
    for (const change of buffered) this.change(change);
    for (const known of this.#waiting) known();
    this.#waiting.clear();
  }
}
