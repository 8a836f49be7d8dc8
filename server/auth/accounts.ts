import { createHash } from 'node:crypto';
import type { AuthConfig } from '../config.js';
import type { Log } from '../log.js';
import { AnswerCache } from './answer-cache.js';
import type { Session, TokenJudge } from './authenticator.js';
import { type Claims, userId, userName } from './claims.js';
import { badToken, tokenExpired } from './credentials.js';
import { Remote, type RemoteOptions, type RemoteStatus } from './remote.js';

/** Milliseconds for which an answer is good, and how many are kept. */
const YES = 30_000;
const NO = 5_000;
const MAX_ANSWERS = 10_000;

const IDS = ['id_user', 'id', '_id', 'sub'];

export interface AccountsServiceOptions extends RemoteOptions {
  /** Milliseconds since 1970. */
  now?: () => number;
}

/**
 * The accounts service of `AUTH=accounts`. It is asked `GET AUTH_SERVER` with `Authorization: Bearer` and the visitor's
 * token, and answers
 * - 200 and a JSON object: `id_user` (or `id`, `_id`, `sub`), a string or a whole number; `name` (or one of those that
 *   claims.ts knows); `exp`, the end of the token in seconds since 1970, if it knows one;
 * - 401 or 403: it refuses the token.
 * Anything else means that it is away.
 */
export class AccountsService implements TokenJudge {
  /** An account can be closed at any time. */
  readonly recheckMs = 5 * 60_000;
  readonly #remote: Remote;
  /** By a digest, so that no list of valid tokens lies in memory. */
  readonly #answers: AnswerCache<Session | null>;
  readonly #now: () => number;

  constructor(
    { server }: Extract<AuthConfig, { mode: 'accounts' }>,
    log: Log,
    { now = Date.now, ...options }: AccountsServiceOptions = {},
  ) {
    this.#now = now;
    this.#remote = new Remote('the accounts service', server, log, options);
    this.#answers = new AnswerCache({ size: MAX_ANSWERS, lifetime: (answer) => (answer ? YES : NO), now });
  }

  get status(): RemoteStatus {
    return this.#remote.status;
  }

  async judge(token: string): Promise<Session> {
    const digest = createHash('sha256').update(token).digest('base64');
    const session = await this.#answers.get(digest, () =>
      this.#remote.ask({ authorization: `Bearer ${token}` }, (status, body) => {
        const account = readAccount(status, body);
        return account && { ...account, issued: this.#now() };
      }),
    );
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
  const id_user = key === undefined ? null : userId(account[key]);
  if (id_user === null) throw new Error(`it answered without a usable id (${IDS.join(', ')})`);
  const { exp } = account;
  const expires = typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : null;
  return { id_user, name: userName(account, id_user), expires };
}
