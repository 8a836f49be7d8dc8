export interface OrderedTasksOptions {
  /** Tasks that may wait; further ones are dropped. */
  limit: number;
  /** Called with the error of a task; the next task runs all the same. */
  failed(error: unknown): void;
}

/** Runs tasks one after the other, in the order in which they were added. */
export class OrderedTasks {
  readonly #options: OrderedTasksOptions;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: OrderedTasksOptions) {
    this.#options = options;
  }

  /** @returns false if the task was dropped, because too many tasks wait */
  add(task: () => void | Promise<void>): boolean {
    if (this.#waiting >= this.#options.limit) return false;
    this.#waiting += 1;
    this.#last = this.#last
      .then(task)
      .catch((error: unknown) => this.#options.failed(error))
      .finally(() => {
        this.#waiting -= 1;
      });
    return true;
  }
}
