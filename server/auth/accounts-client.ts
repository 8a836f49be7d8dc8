import { createHash } from 'node:crypto';
import type { AuthConfig } from '../config/auth-config.js';
import type { Limits } from '../limits/limits.js';
import type { Log } from '../telemetry/logger.js';
import { AsyncTtlCache } from './async-ttl-cache.js';
import { AuthHttpClient, type AuthHttpClientOptions, type RemoteStatus } from './auth-http-client.js';
import type { Session, TokenVerifier } from './authenticator.js';
import { type Claims, userIdClaim, userNameClaim } from './claims.js';
import { badToken, tokenExpired } from './credentials.js';

/** Milliseconds for which an answer is good, and how many are kept. */
const YES = 30_000;
const NO = 5_000;
const MAX_ANSWERS = 10_000;

/** Milliseconds between two looks at the token of an open socket. */
const RECHECK = 5 * 60_000;

const IDS = ['id_user', 'id', '_id', 'sub'];

export type LoginLimits = Pick<Limits, 'loginAttempt' | 'failedLogin'>;

export interface AccountsClientOptions extends AuthHttpClientOptions {
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Milliseconds after which an open socket's token is judged again. */
  recheckMs?: number;
  /** Milliseconds for which it is remembered that a token is valid. */
  validMs?: number;
  /** Counts refused tokens by address; without it any number is asked about. */
  limits?: LoginLimits;
}

/**
 * The accounts service of `AUTH=accounts`. It is asked `GET AUTH_SERVER` with `Authorization: Bearer` and the visitor's
 * token, and answers
 * - 200 and a JSON object: `id_user` (or `id`, `_id`, `sub`), a string or a whole number; `name` (or one of those that
 *   claims.ts knows); `exp`, the end of the token in seconds since 1970, if it knows one;
 * - 401 or 403: it refuses the token.
 * Anything else means that it is away.
 */
export class AccountsClient implements TokenVerifier {
  /** An account can be closed at any time. */
  readonly recheckMs: number;
  readonly #remote: AuthHttpClient;
  /** By a digest, so that no list of valid tokens lies in memory. */
  readonly #answers: AsyncTtlCache<Session | null>;
  readonly #now: () => number;
  readonly #limits: LoginLimits | undefined;

  constructor(
    { server }: Extract<AuthConfig, { mode: 'accounts' }>,
    log: Log,
    { now = Date.now, recheckMs = RECHECK, validMs = YES, limits, ...options }: AccountsClientOptions = {},
  ) {
    this.recheckMs = recheckMs;
    this.#now = now;
    this.#limits = limits;
    this.#remote = new AuthHttpClient('the accounts service', server, log, options);
    this.#answers = new AsyncTtlCache({
      size: MAX_ANSWERS,
      lifetime: (answer) => (answer ? validMs : NO),
      now,
    });
  }

  get status(): RemoteStatus {
    return this.#remote.status;
  }

  /**
   * An address that has had too many tokens refused can still use tokens whose answers are known: only further questions
   * to the service are refused.
   */
  async verify(token: string, address?: string): Promise<Session> {
    const digest = createHash('sha256').update(token).digest('base64');
    if (!this.#answers.has(digest)) await this.#limits?.loginAttempt(address);
    const session = await this.#answers.get(digest, async () => {
      const account = await this.#remote.get({ authorization: `Bearer ${token}` }, readAccount);
      if (account === null) await this.#limits?.failedLogin(address);
      return account && { ...account, issued: this.#now() };
    });
    if (session === null) throw badToken();
    if (session.expires !== null && session.expires <= this.#now()) throw tokenExpired();
    return { ...session };
  }
}

/** Null: refused. Throws what is no answer. */
function readAccount(status: number, body: unknown): Session | null {
  if (status === 401 || status === 403) return null;
  if (status !== 200) throw new Error(`it answered with status ${status}`);
  if (typeof body !== 'object' || body === null) throw new Error('it answered without a JSON object');
  const account = body as Claims;
  const key = IDS.find((one) => account[one] !== undefined && account[one] !== null);
  const id_user = key === undefined ? null : userIdClaim(account[key]);
  if (id_user === null) throw new Error(`it answered without a usable id (${IDS.join(', ')})`);
  const { exp } = account;
  const expires = typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : null;
  return { id_user, name: userNameClaim(account, id_user), expires };
}
