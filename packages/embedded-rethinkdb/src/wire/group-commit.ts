import type { Storage } from '../storage/storage.js';

/** A query in the queue. */
export interface Job {
  /** The connection that sent it. Queries of one connection run in the order in which they came. */
  readonly owner: object;
  readonly writes: boolean;
  /** Evaluates the query. Must not throw. @returns what to do after the commit */
  run(): (() => void) | undefined;
  /** Called when the query leaves the queue, before `run`. */
  onDequeue(): void;
  /** Called instead of what `run` returned if the commit failed. */
  fail(error: unknown): void;
}

/** Time that the queries of one transaction may take before the others wait for the next transaction. */
const MAX_TURN_MS = 50;

/**
 * Runs queries. Those that arrive in the same turn of the event loop and write share one transaction, and so one sync of
 * the disk. During that sync the next group collects in the sockets. Queries that only read do not wait for the commit,
 * unless their own connection has a write before them.
 */
export class GroupCommit {
  readonly #storage: Storage;
  #queue: Job[] = [];
  #scheduled: NodeJS.Immediate | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  add(job: Job): void {
    this.#queue.push(job);
    this.#scheduled ??= setImmediate(() => this.#turn());
  }

  /** Drops all queries that have not been run. */
  close(): void {
    this.#queue = [];
    clearImmediate(this.#scheduled);
  }

  #turn(): void {
    this.#scheduled = undefined;
    const jobs = this.#queue;
    this.#queue = [];
    const deadline = performance.now() + MAX_TURN_MS;
    const writers = new Set<object>();
    const transaction: Job[] = [];
    let handled = 0;
    for (const job of jobs) {
      if (handled > 0 && performance.now() > deadline) break;
      handled++;
      if (job.writes || writers.has(job.owner)) {
        writers.add(job.owner);
        transaction.push(job);
      } else {
        job.onDequeue();
        job.run()?.();
      }
    }
    const committed = this.#commit(transaction, deadline);
    this.#queue = [...transaction.slice(committed), ...jobs.slice(handled), ...this.#queue];
    if (this.#queue.length > 0) this.#scheduled ??= setImmediate(() => this.#turn());
  }

  /** Runs the first jobs, at least one, in one transaction. @returns the number of jobs that were run */
  #commit(jobs: readonly Job[], deadline: number): number {
    const [first, ...others] = jobs;
    if (first === undefined) return 0;
    // The transaction may fail before the first job is run: then that job fails.
    let begun = 1;
    first.onDequeue();
    const afterCommit: ((() => void) | undefined)[] = [];
    try {
      this.#storage.write(() => {
        afterCommit.push(first.run());
        for (const job of others) {
          if (performance.now() > deadline) break;
          job.onDequeue();
          begun++;
          afterCommit.push(job.run());
        }
      });
    } catch (error) {
      for (const job of jobs.slice(0, begun)) job.fail(error);
      return begun;
    }
    for (const callback of afterCommit) callback?.();
    return begun;
  }
}
