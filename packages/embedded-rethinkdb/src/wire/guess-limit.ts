import type { WireLimits } from './limits.js';

interface Address {
  /** Wrong passwords that count, at the time `at`. */
  failures: number;
  at: number;
  /** When the last attempt that had to wait is let through. */
  nextAt: number;
}

/** A wrong password is forgotten after this time. */
const FORGET_MS = 10_000;
/** Addresses that are remembered; beyond, the one that failed longest ago is forgotten. */
const MOST_ADDRESSES = 10_000;

/**
 * Slows down the guessing of passwords. An address may fail a few times; then its attempts are checked one after the
 * other, with pauses in between. No client is refused, as clients with the right password may share the address: with the
 * limit of connections that are not authenticated, their wait is bounded.
 */
export class GuessLimit {
  readonly #limits: WireLimits;
  readonly #addresses = new Map<string, Address>();

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  /** Resolves when a password of this address may be checked. */
  async admit(address: string): Promise<void> {
    const known = this.#addresses.get(address);
    if (known === undefined) return;
    const now = performance.now();
    if (this.#failuresOf(known, now) < this.#limits.freeGuesses) return;
    known.nextAt = Math.max(now, known.nextAt + this.#limits.guessIntervalMs);
    await new Promise((resolve) => setTimeout(resolve, known.nextAt - now).unref());
  }

  /** A password of this address was wrong. */
  failed(address: string): void {
    const now = performance.now();
    const known = this.#addresses.get(address);
    const failures = Math.min(known ? this.#failuresOf(known, now) : 0, this.#limits.freeGuesses) + 1;
    // Deleted first, so that the map is in the order of the last failures.
    this.#addresses.delete(address);
    this.#addresses.set(address, { failures, at: now, nextAt: known?.nextAt ?? now });
    for (const oldest of this.#addresses.keys()) {
      if (this.#addresses.size <= MOST_ADDRESSES) break;
      this.#addresses.delete(oldest);
    }
  }

  #failuresOf({ failures, at }: Address, now: number): number {
    return Math.max(0, failures - (now - at) / FORGET_MS);
  }
}
