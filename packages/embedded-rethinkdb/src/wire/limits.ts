import { ReqlError, resourceLimit } from '../values/reql-error.js';

/** What clients may use; far above the needs of drivers. */
export interface WireLimits {
  /** Open connections. */
  readonly connections: number;
  /** Connections without authentication: of all addresses, and of one. */
  readonly strangers: number;
  readonly strangersOfAddress: number;
  /** Wrong passwords of an address until its attempts are slowed down. */
  readonly freeGuesses: number;
  /** Milliseconds between two attempts of an address that is slowed down. */
  readonly guessIntervalMs: number;
  /** Bytes of queries that have not been received completely or have not been run, of all connections. */
  readonly queryBytes: number;
  /** Milliseconds for a query to be received completely. */
  readonly queryReceiveMs: number;
  /** On one connection: queries that are not answered, calls of `noreplyWait` that wait, open cursors, open feeds. */
  readonly queries: number;
  readonly noreplyWaits: number;
  readonly cursors: number;
  readonly feeds: number;
}

export const DEFAULT_LIMITS: WireLimits = {
  connections: 1_000,
  strangers: 256,
  strangersOfAddress: 64,
  freeGuesses: 10,
  guessIntervalMs: 100,
  queryBytes: 256 * 1024 * 1024,
  queryReceiveMs: 60_000,
  queries: 10_000,
  noreplyWaits: 100,
  cursors: 10_000,
  feeds: 1_000,
};

/** RESOURCE_LIMIT: a connection has too many of something. */
export function tooMany(what: string, limit: number): ReqlError {
  return resourceLimit(`Too many ${what} on this connection (the limit is ${limit}).`);
}

/** Bytes that all connections share. */
export class ByteBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** @throws ReqlError RESOURCE_LIMIT if less is left */
  take(bytes: number): void {
    if (this.#used + bytes > this.#limit) {
      throw new ReqlError(
        'RESOURCE_LIMIT',
        `The queries that wait on this server have too many bytes (the limit is ${this.#limit}).`,
      );
    }
    this.#used += bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}
