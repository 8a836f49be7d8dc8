import type { AnnotationTable } from '../database/tables/annotations/annotation-table.js';
import { reasonOf } from '../lib/error-reason.js';
import type { Log } from '../telemetry/logger.js';

export interface AnnotationSweepOptions {
  /** Milliseconds until the first sweep of a process. */
  firstMs?: number;
  /** Milliseconds between two sweeps, of all processes together. */
  intervalMs?: number;
  /** Rows in one query. */
  batchRows?: number;
}

type Sources = Pick<AnnotationTable, 'claimSweep' | 'reactionsAfter' | 'pinsAfter' | 'removeOrphans'>;

/**
 * Deletes reactions and pins whose messages were deleted while no process had their rooms open. One process at a time walks
 * through the tables in small steps.
 */
export class AnnotationSweep {
  readonly #table: Sources;
  readonly #log: Log;
  readonly #intervalMs: number;
  readonly #batchRows: number;
  #timer: NodeJS.Timeout;
  #isStopped = false;

  constructor(
    table: Sources,
    log: Log,
    { firstMs = 60_000, intervalMs = 3_600_000, batchRows = 500 }: AnnotationSweepOptions = {},
  ) {
    this.#table = table;
    this.#log = log;
    this.#intervalMs = intervalMs;
    this.#batchRows = batchRows;
    this.#timer = this.#schedule(firstMs * (0.5 + Math.random()));
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** @returns the number of deleted rows; null when another process has swept in this interval */
  async run(): Promise<number | null> {
    if (!(await this.#table.claimSweep(this.#intervalMs))) return null;
    const reactions = await this.#walk((after) => this.#table.reactionsAfter(after, this.#batchRows));
    return reactions + (await this.#walk((after) => this.#table.pinsAfter(after, this.#batchRows)));
  }

  async #walk(next: (after: string | null) => Promise<string[]>): Promise<number> {
    let deleted = 0;
    let after: string | null = null;
    while (!this.#isStopped) {
      const ids: string[] = await next(after);
      const last = ids.at(-1);
      if (last === undefined) break;
      deleted += await this.#table.removeOrphans([...new Set(ids)]);
      after = last;
    }
    return deleted;
  }

  #schedule(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => void this.#runAndSchedule(), delayMs).unref();
  }

  async #runAndSchedule(): Promise<void> {
    try {
      const deleted = await this.run();
      if (deleted) this.#log.info({ deleted }, 'deleted reactions and pins of messages that do not exist');
    } catch (error) {
      this.#log.warn({ reason: reasonOf(error) }, 'reactions and pins could not be swept');
    }
    if (!this.#isStopped) this.#timer = this.#schedule(this.#intervalMs);
  }
}
