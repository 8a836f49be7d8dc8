import type { WireLimits } from './limits.js';

interface Address {
  /** Recent failures, as of the time `at`. */
  failures: number;
  at: number;
  /** The time at which the last delayed attempt is checked. */
  nextAt: number;
}

/** Time after which one failure no longer counts. */
const FAILURE_TTL_MS = 10_000;
/** Limit of remembered addresses. If it is exceeded, the address with the oldest failure is removed. */
const MAX_ADDRESSES = 10_000;

/**
 * Slows down password guessing. After a few failures, the attempts of an address are checked one after the other, with
 * pauses in between. No attempt is refused, because clients with the right password may share the address. The limit of
 * unauthenticated connections bounds their wait.
 */
export class LoginThrottle {
  readonly #limits: WireLimits;
  readonly #addresses = new Map<string, Address>();

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  /** Resolves when a password from this address may be checked. */
  async admit(address: string): Promise<void> {
    const known = this.#addresses.get(address);
    if (known === undefined) return;
    const now = performance.now();
    if (this.#failuresOf(known, now) < this.#limits.failuresBeforeDelay) return;
    known.nextAt = Math.max(now, known.nextAt + this.#limits.delayedAttemptMs);
    await new Promise((resolve) => setTimeout(resolve, known.nextAt - now).unref());
  }

  /** A password from this address was wrong. */
  failed(address: string): void {
    const now = performance.now();
    const known = this.#addresses.get(address);
    const failures = Math.min(known ? this.#failuresOf(known, now) : 0, this.#limits.failuresBeforeDelay) + 1;
    // Deleted first, so that the map is ordered by the time of the last failure.
    this.#addresses.delete(address);
    this.#addresses.set(address, { failures, at: now, nextAt: known?.nextAt ?? now });
    for (const oldest of this.#addresses.keys()) {
      if (this.#addresses.size <= MAX_ADDRESSES) break;
      this.#addresses.delete(oldest);
    }
  }

  #failuresOf({ failures, at }: Address, now: number): number {
    return Math.max(0, failures - (now - at) / FAILURE_TTL_MS);
  }
}
