import type { AnnotationTable } from '../database/tables/annotations/annotation-table.js';
import { reasonOf } from '../lib/error-reason.js';
import type { Log } from '../telemetry/logger.js';

/** Deleted messages that wait; the sweep finds those that are dropped. */
const MAX_WAITING_MESSAGES = 10_000;
/** Messages in one query. */
const MESSAGES_PER_QUERY = 100;

/** Deletes the reactions and pins of deleted messages, with one query at a time. */
export class OrphanQueue {
  readonly #table: Pick<AnnotationTable, 'removeOrphans'>;
  readonly #log: Log;
  readonly #waiting = new Set<string>();
  #isRunning = false;

  constructor(table: Pick<AnnotationTable, 'removeOrphans'>, log: Log) {
    this.#table = table;
    this.#log = log;
  }

  /** @param id of a message that may have been deleted */
  add(id: string): void {
    if (this.#waiting.size >= MAX_WAITING_MESSAGES) return;
    this.#waiting.add(id);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // Deletions of this turn of the event loop share a query.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.size > 0) {
      const ids = [...this.#waiting].slice(0, MESSAGES_PER_QUERY);
      for (const id of ids) this.#waiting.delete(id);
      try {
        await this.#table.removeOrphans(ids);
      } catch (error) {
        this.#log.warn({ reason: reasonOf(error) }, 'reactions and pins of deleted messages were left');
      }
    }
    this.#isRunning = false;
  }
}
