export interface BackoffOptions {
  /** Upper bound of the first delay, in milliseconds. */
  minMs: number;
  /** Upper bound of all delays, in milliseconds. */
  maxMs: number;
  random: () => number;
}

/**
 * Delays between attempts: exponential with jitter. When a server stops, all its clients lose the connection at the
 * same moment and must not return at the same moment; so each delay is random, between half its bound and its bound.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** @returns milliseconds to wait before the next attempt */
  next(): number {
    const { minMs, maxMs, random } = this.#options;
    const boundMs = Math.min(maxMs, minMs * 2 ** this.#attempts);
    this.#attempts += 1;
    return boundMs * (0.5 + random() / 2);
  }

  reset(): void {
    this.#attempts = 0;
  }
}
