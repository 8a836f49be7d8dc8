import type { Log } from '../../telemetry/logger.js';

/** Writes that wait at most; what is beyond is left for the next time that the row is seen. */
const MAX_WAITING = 1000;

/** Writes that no request waits for: one after the other, at most one of a kind for each row. */
export class BackgroundWrites {
  readonly #table: string;
  readonly #log: Log;
  readonly #waiting = new Map<string, () => Promise<unknown>>();
  #isRunning = false;

  constructor(table: string, log: Log) {
    this.#table = table;
    this.#log = log;
  }

  /** @param key of the row and the kind of write; one that has not begun yet is replaced */
  add(key: string, write: () => Promise<unknown>): void {
    if (this.#waiting.size >= MAX_WAITING && !this.#waiting.has(key)) return;
    this.#waiting.set(key, write);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (const [key, write] of this.#waiting) {
      this.#waiting.delete(key);
      try {
        await write();
      } catch (error) {
        this.#log.warn(
          { table: this.#table, write: key, reason: (error as Error).message },
          'background write failed',
        );
      }
    }
    this.#isRunning = false;
  }
}
