import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { type AuthHttpClient, RETRY_DELAY_MS } from './auth-http-client.js';

/** Age after which keys are fetched again: the longest time for which a withdrawn key is trusted. */
const MAX_FRESH_AGE_MS = 10 * 60_000;
/** Age up to which known keys are used while the issuer is unavailable. */
const MAX_STALE_AGE_MS = 6 * 60 * 60_000;
/** Minimum age at which an unknown key causes a request: anyone can forge a token that names one. */
const UNKNOWN_KEY_COOLDOWN_MS = 30_000;

type LocalKeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * The public keys of an issuer (RFC 7517), cached. They are fetched again when they are old, or when a token names an
 * unknown key.
 *
 * jose's `createRemoteJWKSet` rejects every token as soon as its cache has expired and the issuer is unavailable, and then
 * sends a request for each of them. This class keeps using known keys for some hours and pauses after a failure.
 */
export class KeySet {
  readonly #http: AuthHttpClient;
  readonly #now: () => number;
  #keys: LocalKeySet | null = null;
  #loadedAt = Number.NEGATIVE_INFINITY;
  /** Time of the last request, if it failed. */
  #failedAt: number | null = null;
  #loading: Promise<LocalKeySet> | null = null;

  constructor(http: AuthHttpClient, now: () => number) {
    this.#http = http;
    this.#now = now;
  }

  /**
   * Finds the key that a token names.
   * @throws JOSEError if the issuer has no such key; ChatError `auth-unavailable` if it is unavailable
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.#current();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.#ageMs < UNKNOWN_KEY_COOLDOWN_MS) throw error;
      return (await this.#load())(header, token);
    }
  };

  get #ageMs(): number {
    return this.#now() - this.#loadedAt;
  }

  /** Does not wait for an issuer whose last request failed, as long as known keys are usable. */
  async #current(): Promise<LocalKeySet> {
    const known = this.#keys;
    if (!known || this.#ageMs > MAX_STALE_AGE_MS) return this.#load();
    if (this.#ageMs <= MAX_FRESH_AGE_MS) return known;
    const isFailing = this.#failedAt !== null;
    const refreshed = this.#load().catch(() => known);
    return isFailing ? known : refreshed;
  }

  /** Sends one request for all concurrent callers, and none within `RETRY_DELAY_MS` after a failure. */
  async #load(): Promise<LocalKeySet> {
    const pauseMs = this.#failedAt === null ? 0 : this.#failedAt + RETRY_DELAY_MS - this.#now();
    if (pauseMs > 0) throw this.#http.unavailableError('the last request failed a moment ago', pauseMs);
    this.#loading ??= this.#request().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #request(): Promise<LocalKeySet> {
    try {
      const keys = await this.#http.get({}, parseKeySet);
      this.#keys = keys;
      this.#loadedAt = this.#now();
      this.#failedAt = null;
      return keys;
    } catch (error) {
      this.#failedAt = this.#now();
      throw error;
    }
  }
}

/** Treats an empty key set as unavailable: accepting it would revoke all tokens. */
function parseKeySet(status: number, body: unknown): LocalKeySet {
  if (status !== 200) throw new Error(`unexpected status ${status} of the key set`);
  const keys = createLocalJWKSet(body as JSONWebKeySet);
  if (keys.jwks().keys.length === 0) throw new Error('the key set is empty');
  return keys;
}
