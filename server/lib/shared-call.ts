/**
 * Shares the result of an asynchronous function between concurrent callers. Each caller gets the result of a run that
 * began after its call: at most one run is in progress, and one follows for the callers in between.
 */
export class SharedCall<Result> {
  readonly #run: () => Promise<Result>;
  #current: Promise<Result> | null = null;
  #next: Promise<Result> | null = null;

  constructor(run: () => Promise<Result>) {
    this.#run = run;
  }

  call(): Promise<Result> {
    if (!this.#current) return this.#begin();
    this.#next ??= this.#current.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#next;
  }

  #begin(): Promise<Result> {
    this.#next = null;
    const current = this.#run().finally(() => {
      if (this.#current === current) this.#current = null;
    });
    this.#current = current;
    return current;
  }
}
