import { reasonOf } from '../../lib/error-reason.js';
import type { Log } from '../../telemetry/logger.js';

/** Writes in the queue at most. Further ones are dropped: each is attempted again when its row is read again. */
const MAX_QUEUED_WRITES = 1000;

/** Writes that no request waits for: one after the other, at most one of a kind for each row. */
export class BackgroundWrites {
  readonly #table: string;
  readonly #log: Log;
  readonly #queued = new Map<string, () => Promise<unknown>>();
  #isRunning = false;

  constructor(table: string, log: Log) {
    this.#table = table;
    this.#log = log;
  }

  /** @param key names the row and the kind of write; a queued write of the same key is replaced */
  add(key: string, write: () => Promise<unknown>): void {
    if (this.#queued.size >= MAX_QUEUED_WRITES && !this.#queued.has(key)) return;
    this.#queued.set(key, write);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (const [key, write] of this.#queued) {
      this.#queued.delete(key);
      try {
        await write();
      } catch (error) {
        this.#log.warn(
          { table: this.#table, write: key, reason: reasonOf(error) },
          'background write failed',
        );
      }
    }
    this.#isRunning = false;
  }
}
