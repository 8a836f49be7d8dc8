import type { Storage } from '../storage/storage.js';

/** A query that waits for its turn. */
export interface Job {
  /** Whose it is: what one connection has sent is run in the order it came. */
  readonly owner: object;
  readonly writes: boolean;
  /** Evaluates it. What must not happen before the commit is returned. Must not throw. */
  run(): (() => void) | undefined;
  /** Called when it has left the queue, whether it was run or not. */
  done(): void;
  /** Told instead when the commit has failed. */
  fail(error: unknown): void;
}

/** So long may the queries of one transaction take, in milliseconds, before the others wait for the next. */
const LONGEST_TURN = 50;

/**
 * Runs queries. Those that arrived in the same turn of the event loop and write share one transaction, and
 * so one sync of the disk; while that sync lasts, the next group gathers in the sockets. Queries that
 * only read do not wait for it, unless their own connection has a write before them.
 */
export class GroupCommit {
  readonly #storage: Storage;
  #waiting: Job[] = [];
  #scheduled: NodeJS.Immediate | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  add(job: Job): void {
    this.#waiting.push(job);
    this.#scheduled ??= setImmediate(() => this.#turn());
  }

  /** Drops whatever has not been run. */
  close(): void {
    this.#waiting = [];
    clearImmediate(this.#scheduled);
  }

  #turn(): void {
    this.#scheduled = undefined;
    const jobs = this.#waiting;
    this.#waiting = [];
    const deadline = performance.now() + LONGEST_TURN;
    const writers = new Set<object>();
    const transaction: Job[] = [];
    let begun = 0;
    for (const job of jobs) {
      if (begun > 0 && performance.now() > deadline) break;
      begun++;
      if (job.writes || writers.has(job.owner)) {
        writers.add(job.owner);
        transaction.push(job);
      } else {
        job.done();
        job.run()?.();
      }
    }
    const run = this.#commit(transaction, deadline);
    this.#waiting = [...transaction.slice(run), ...jobs.slice(begun), ...this.#waiting];
    if (this.#waiting.length > 0) this.#scheduled ??= setImmediate(() => this.#turn());
  }

  /** Runs the first jobs, at least one, in one transaction; returns how many. */
  #commit(jobs: readonly Job[], deadline: number): number {
    if (jobs.length === 0) return 0;
    // What the first job needs may be missing before it is run: then it is the one that fails.
    let begun = 1;
    jobs[0]!.done();
    const acknowledgements: ((() => void) | undefined)[] = [];
    try {
      this.#storage.write(() => {
        for (const [i, job] of jobs.entries()) {
          if (i > 0) job.done();
          begun = i + 1;
          acknowledgements.push(job.run());
          if (performance.now() > deadline) break;
        }
      });
    } catch (error) {
      for (const job of jobs.slice(0, begun)) job.fail(error);
      return begun;
    }
    for (const acknowledge of acknowledgements) acknowledge?.();
    return begun;
  }
}
