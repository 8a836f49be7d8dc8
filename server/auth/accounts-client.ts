import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { AccountsConfig } from '../config/auth-config.js';
import type { ConnectionStatus } from '../lib/connection-status.js';
import type { Limits } from '../limits/limits.js';
import type { Log } from '../telemetry/logger.js';
import { AuthHttpClient, type AuthHttpClientOptions } from './auth-http-client.js';
import { type Claims, userIdClaim, userNameClaim } from './claims.js';
import { badToken, tokenExpired } from './credentials.js';
import type { Session } from './session.js';
import type { TokenVerifier } from './token-verifier.js';

/** How long answers are cached: an account may be closed, and a refused token may be accepted soon after. */
const ACCEPTED_TTL_MS = 30_000;
const REFUSED_TTL_MS = 5_000;
const MAX_CACHED_ANSWERS = 10_000;

/** Interval at which the token of an open socket is verified again. */
const RECHECK_INTERVAL_MS = 5 * 60_000;

const ID_KEYS = ['id_user', 'id', '_id', 'sub'];

export type LoginLimits = Pick<Limits, 'loginAttempt' | 'failedLogin'>;

export interface AccountsClientOptions extends AuthHttpClientOptions {
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Interval in milliseconds at which the token of an open socket is verified again. */
  recheckMs?: number;
  /** How long an accepted token is cached, in milliseconds. */
  validMs?: number;
  /** Limits refused tokens by address; unlimited without it. */
  limits?: LoginLimits;
}

/**
 * Client of the accounts service of `AUTH=accounts`. It sends `GET AUTH_SERVER` with `Authorization: Bearer` and the
 * user's token. The service answers
 * - 200 and a JSON object: `id_user` (or `id`, `_id`, `sub`), a string or a whole number; `name` (or another of the
 *   claims in claims.ts); optionally `exp`, the expiry of the token in seconds since 1970;
 * - 401 or 403: the token is refused.
 * Any other answer counts as unavailable.
 */
export class AccountsClient implements TokenVerifier {
  readonly recheckMs: number;
  readonly #http: AuthHttpClient;
  /** Answers by digest of the token, so that memory holds no list of valid tokens. Null: refused. */
  readonly #answers: LRUCache<string, Promise<Session | null>>;
  readonly #validMs: number;
  readonly #now: () => number;
  readonly #limits: LoginLimits | undefined;

  constructor(
    { server }: Pick<AccountsConfig, 'server'>,
    log: Log,
    {
      now = Date.now,
      recheckMs = RECHECK_INTERVAL_MS,
      validMs = ACCEPTED_TTL_MS,
      limits,
      ...options
    }: AccountsClientOptions = {},
  ) {
    this.recheckMs = recheckMs;
    this.#validMs = validMs;
    this.#now = now;
    this.#limits = limits;
    this.#http = new AuthHttpClient('accounts service', server, log, options);
    this.#answers = new LRUCache({ max: MAX_CACHED_ANSWERS, ttlResolution: 0, perf: { now } });
  }

  get status(): ConnectionStatus {
    return this.#http.status;
  }

  /** An address with too many refused tokens can still use tokens with cached answers, but causes no further requests. */
  async verify(token: string, address?: string): Promise<Session> {
    const digest = createHash('sha256').update(token).digest('base64');
    if (!this.#answers.has(digest)) await this.#limits?.loginAttempt(address);
    const session = await (this.#answers.get(digest) ?? this.#request(digest, token, address));
    if (session === null) throw badToken();
    if (session.expires !== null && session.expires <= this.#now()) throw tokenExpired();
    return { ...session };
  }

  /** Caches the pending request, so that concurrent calls share it, and then its answer. Failures are not cached. */
  #request(digest: string, token: string, address: string | undefined): Promise<Session | null> {
    const answer = this.#getAccount(token, address);
    this.#answers.set(digest, answer);
    const keep = (ttlMs: number) => {
      if (this.#answers.peek(digest) !== answer) return;
      // To lru-cache, a TTL of 0 means no expiry.
      if (ttlMs > 0) this.#answers.set(digest, answer, { ttl: ttlMs });
      else this.#answers.delete(digest);
    };
    answer.then(
      (session) => keep(session ? this.#validMs : REFUSED_TTL_MS),
      () => keep(0),
    );
    return answer;
  }

  async #getAccount(token: string, address: string | undefined): Promise<Session | null> {
    const account = await this.#http.get({ authorization: `Bearer ${token}` }, parseAccount);
    if (account === null) await this.#limits?.failedLogin(address);
    return account && { ...account, issued: this.#now() };
  }
}

/** Returns null for a refused token. @throws Error for any answer that counts as unavailable */
function parseAccount(status: number, body: unknown): Session | null {
  if (status === 401 || status === 403) return null;
  if (status !== 200) throw new Error(`unexpected status ${status}`);
  if (typeof body !== 'object' || body === null) throw new Error('the response is not a JSON object');
  const account = body as Claims;
  const key = ID_KEYS.find((one) => account[one] !== undefined && account[one] !== null);
  const id_user = key === undefined ? null : userIdClaim(account[key]);
  if (id_user === null) throw new Error(`the response has no valid user id (${ID_KEYS.join(', ')})`);
  const { exp } = account;
  const expires = typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : null;
  return { id_user, name: userNameClaim(account, id_user), expires };
}
