import { type ReqlError, resourceLimit } from '../datum/reql-error.js';

/** Limits for clients. The defaults are far above the needs of drivers. */
export interface WireLimits {
  /** Open connections. */
  readonly connections: number;
  /** Connections without authentication: of all addresses, and of one address. */
  readonly unauthenticated: number;
  readonly unauthenticatedPerAddress: number;
  /** Wrong passwords from an address before its attempts are delayed. */
  readonly failuresBeforeDelay: number;
  /** Milliseconds between two delayed attempts of an address. */
  readonly delayedAttemptMs: number;
  /** Bytes of all queries that are incomplete or have not been run, of all connections. */
  readonly queryBytes: number;
  /** Time within which a query must be received completely. */
  readonly queryReceiveMs: number;
  /** For one connection: unanswered queries, waiting calls of `noreplyWait`, open cursors, open changefeeds. */
  readonly queries: number;
  readonly noreplyWaits: number;
  readonly cursors: number;
  readonly feeds: number;
}

export const DEFAULT_LIMITS: WireLimits = {
  connections: 1_000,
  unauthenticated: 256,
  unauthenticatedPerAddress: 64,
  failuresBeforeDelay: 10,
  delayedAttemptMs: 100,
  queryBytes: 256 * 1024 * 1024,
  queryReceiveMs: 60_000,
  queries: 10_000,
  noreplyWaits: 100,
  cursors: 10_000,
  feeds: 1_000,
};

/** RESOURCE_LIMIT: a connection exceeds a limit. */
export function tooMany(what: string, limit: number): ReqlError {
  return resourceLimit(`Too many ${what} on this connection (the limit is ${limit}).`);
}

/** A number of bytes that all connections share. */
export class ByteBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** @throws ReqlError RESOURCE_LIMIT if fewer bytes are left */
  take(bytes: number): void {
    if (this.#used + bytes > this.#limit) {
      throw resourceLimit(
        `The queries that wait on this server have too many bytes (the limit is ${this.#limit}).`,
      );
    }
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}
