/**
 * Waiting times between attempts: doubling from `first` to `longest` milliseconds, each with "full jitter"
 * (a random part of it, at least a tenth), so that many clients of a server that comes back do not come at once.
 */
export class Backoff {
  readonly #first: number;
  readonly #longest: number;
  #attempts = 0;

  constructor(first = 100, longest = 5_000) {
    this.#first = first;
    this.#longest = longest;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const ceiling = Math.min(this.#longest, this.#first * 2 ** this.#attempts);
    this.#attempts += 1;
    return ceiling * (0.1 + 0.9 * Math.random());
  }

  /** The attempt succeeded: begin anew. */
  reset(): void {
    this.#attempts = 0;
  }
}
