import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { ChatError } from '../protocol/errors.js';
import { type AuthHttpClient, RETRY_MS } from './auth-http-client.js';

/** Milliseconds after which known keys are asked for again: a withdrawn one is trusted for no longer. */
const FRESH = 10 * 60_000;
/** Milliseconds for which known keys are used while the issuer is away. */
const USABLE = 6 * 60 * 60_000;
/** Milliseconds between two requests on account of an unknown key: anybody can make up a token that names one. */
const COOLDOWN = 30_000;

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * The public keys of an issuer (RFC 7517), kept, and asked for again when they are old or a token names an unknown
 * one. Unlike jose's own remote set it keeps its keys while the issuer is away, and does not ask again for every token
 * then.
 */
export class KeySet {
  readonly #remote: AuthHttpClient;
  readonly #now: () => number;
  #keys: ReturnType<typeof createLocalJWKSet> | null = null;
  #loaded = NEVER;
  #failed = NEVER;
  #loading: Promise<void> | null = null;

  constructor(remote: AuthHttpClient, now: () => number) {
    this.#remote = remote;
    this.#now = now;
  }

  /**
   * The key that a token names.
   * @throws JOSEError when the issuer has no such key; ChatError `auth-unavailable` when it cannot be asked
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.#age > FRESH) await this.#refresh();
    try {
      return await this.#keys!(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.#age < COOLDOWN) throw error;
      await this.#load();
      return await this.#keys!(header, token);
    }
  };

  get #age(): number {
    return this.#now() - this.#loaded;
  }

  /** With keys that are usable, an issuer that failed already is not waited for. */
  async #refresh(): Promise<void> {
    const usable = this.#age <= USABLE;
    const failing = this.#failed !== NEVER;
    const loaded = this.#load().catch((away: ChatError) => {
      if (!usable) throw away;
    });
    if (!usable || !failing) await loaded;
  }

  /** Asks once for all who wait; after a failure not again for a while. */
  #load(): Promise<void> {
    const pause = this.#failed + RETRY_MS - this.#now();
    if (pause > 0) return Promise.reject(this.#remote.unavailableError('it was asked a moment ago', pause));
    this.#loading ??= this.#request().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #request(): Promise<void> {
    try {
      this.#keys = await this.#remote.get({}, readKeys);
      this.#loaded = this.#now();
      this.#failed = NEVER;
    } catch (error) {
      this.#failed = this.#now();
      throw error;
    }
  }
}

/** An issuer without keys is one that is being repaired: taking it at its word would log everybody out. */
function readKeys(status: number, body: unknown): ReturnType<typeof createLocalJWKSet> {
  if (status !== 200) throw new Error(`the key set was answered with status ${status}`);
  const keys = createLocalJWKSet(body as JSONWebKeySet);
  if (keys.jwks().keys.length === 0) throw new Error('the key set is empty');
  return keys;
}
