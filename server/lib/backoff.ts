/**
 * Delays between attempts: they double from `firstMs` to `maxMs` milliseconds, each with full jitter (a random fraction
 * of at least a tenth), so that the clients of a server that recovers do not reconnect at the same time.
 */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #attempts = 0;

  constructor(firstMs = 100, maxMs = 5_000) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
  }

  /** @returns milliseconds to wait before the next attempt */
  next(): number {
    const ceiling = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#attempts);
    this.#attempts += 1;
    return ceiling * (0.1 + 0.9 * Math.random());
  }

  /** Restarts the sequence after a successful attempt. */
  reset(): void {
    this.#attempts = 0;
  }
}
