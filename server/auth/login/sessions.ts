import type {
  ListedSession,
  SealedTokens,
  SessionInfo,
  SessionTable,
} from '../../database/tables/session-table.js';
import { ChatError } from '../../protocol/errors.js';
import type { Log } from '../../telemetry/logger.js';
import { userIdClaim } from '../claims.js';
import { badToken, tokenExpired } from '../credentials.js';
import type { Session } from '../session.js';
import type { TokenVerifier } from '../token-verifier.js';
import { FollowedSessions, refreshTime } from './followed-sessions.js';
import type { Grant } from './grant.js';
import type { IdentityProvider } from './identity-provider.js';
import { sessionEnded } from './session-ended.js';
import { purgeRegularly } from './session-purge.js';
import { SessionRefresher } from './session-refresher.js';
import type { SessionSeals } from './session-seals.js';

export interface SessionsDependencies {
  table: SessionTable;
  /** Null where sessions begin with the token of a login page. */
  provider: IdentityProvider | null;
  verifier: TokenVerifier;
  seals: SessionSeals;
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Milliseconds for which a token of a login page without an expiry is used. */
const UNLIMITED_TOKEN_MS = 30 * 24 * 60 * 60_000;

/** Logins on the page. A session lasts as long as its row, in every process, at every interface. */
export class Sessions {
  readonly #dependencies: SessionsDependencies;
  readonly #refresher: SessionRefresher | null;
  readonly #followed: FollowedSessions;
  readonly #stopPurging: () => void;

  constructor(dependencies: SessionsDependencies) {
    const { provider, table, now } = dependencies;
    this.#dependencies = dependencies;
    this.#refresher = provider && new SessionRefresher({ ...dependencies, provider });
    const refresh = async (session: SessionInfo) => this.#refresher?.refresh(session);
    this.#followed = new FollowedSessions({ table, now, refresh });
    this.#stopPurging = purgeRegularly(dependencies);
  }

  /**
   * The user of a session. Refreshes a session that has expired, and in the background one that soon expires.
   * @param id a digest of the cookie
   * @param address the client's address, for limits
   * @throws ChatError `session-ended`, `token-expired`, `auth-unavailable`, `database-unavailable`, `rate-limited`
   */
  async find(id: string, address?: string): Promise<Session> {
    const { table, now } = this.#dependencies;
    const session = await table.get(id);
    if (!session || session.isGuest) throw sessionEnded();
    if (session.ends <= now()) throw tokenExpired();
    if (session.token !== null) return this.#verify(session, session.token, address);
    const isDue = this.#refresher && session.isRenewable && refreshTime(session) <= now();
    if (session.expires > now()) {
      if (isDue) this.#refresher?.refresh(session).catch(() => {});
      return toSession(session);
    }
    if (!isDue) throw tokenExpired();
    const renewed = await this.#refresher?.refresh(session);
    if (!renewed) throw sessionEnded();
    return toSession(renewed);
  }

  /** Begins a session after the issuer has confirmed the login. @throws ChatError `login-failed`, `database-unavailable` */
  async begin(id: string, grant: Grant): Promise<Session> {
    const { table, seals, now } = this.#dependencies;
    const id_user = userIdClaim(grant.claims?.sub);
    if (id_user === null)
      throw new ChatError('login-failed', 'the identity provider named no valid user id (claim sub)');
    const user = { id, id_user, name: id_user, issued: 0 };
    const session = { ...user, token: null, ...seals.renewedSession(user, grant, now()) };
    await table.add(session, now());
    return toSession(session);
  }

  /**
   * Begins a session with the token of a login page.
   * @throws ChatError `bad-token`, `token-expired`, `auth-unavailable`, `rate-limited`, `database-unavailable`
   */
  async beginWithToken(id: string, token: string, address?: string): Promise<Session> {
    const { table, verifier, seals, now } = this.#dependencies;
    const { id_user, name, expires, issued = 0 } = await verifier.verify(token, address);
    const ends = Math.min(expires ?? Number.POSITIVE_INFINITY, now() + UNLIMITED_TOKEN_MS);
    const sealed = seals.tokens.seal(token, id);
    const tokens = { token: sealed, refresh_token: null, id_token: null };
    await table.add({ id, id_user, name, issued, expires: ends, ends, ...tokens }, now());
    return { id_user, name, expires: ends, issued, id_session: id };
  }

  /** Calls back whenever the row of a session has changed or is deleted. @returns a function that stops */
  follow(id: string, onChange: () => void): () => void {
    return this.#followed.follow(id, onChange);
  }

  /** The newest first. @throws ChatError `database-unavailable` */
  list(id_user: string): Promise<ListedSession[]> {
    return this.#dependencies.table.list(id_user);
  }

  /**
   * Ends a session, and revokes its refresh token in the background.
   * @returns its ID token; null without one
   * @throws ChatError `database-unavailable`
   */
  async end(id: string): Promise<string | null> {
    const { table, seals } = this.#dependencies;
    const sealed = await table.remove(id);
    if (!sealed) return null;
    this.#revoke(id, sealed);
    return sealed.id_token && seals.idTokens.open(sealed.id_token, id);
  }

  /** Ends all sessions of a user, as `end` does. @throws ChatError `database-unavailable` */
  async endAll(id_user: string): Promise<void> {
    for (const [id, sealed] of await this.#dependencies.table.removeAll(id_user)) this.#revoke(id, sealed);
  }

  /** Ends all activity, after the refreshes that are in progress. */
  async close(): Promise<void> {
    this.#stopPurging();
    this.#followed.close();
    await this.#refresher?.settled();
    this.#dependencies.table.cache.close();
  }

  #revoke(id: string, { refresh_token }: SealedTokens): void {
    const { provider, seals } = this.#dependencies;
    const token = refresh_token && seals.refreshTokens.open(refresh_token, id);
    if (token) void provider?.revoke(token);
  }

  /** The token of a login page may be withdrawn before the session ends. */
  async #verify(session: SessionInfo, sealed: string, address: string | undefined): Promise<Session> {
    const { verifier, seals } = this.#dependencies;
    const { id, id_user, ends } = session;
    const token = seals.tokens.open(sealed, id);
    if (token === null) throw sessionEnded();
    const verified = await verifier.verify(token, address);
    if (verified.id_user !== id_user) throw badToken();
    return { ...verified, expires: Math.min(verified.expires ?? ends, ends), id_session: id };
  }
}

function toSession({
  id,
  id_user,
  name,
  expires,
  issued,
}: Omit<SessionInfo, 'isRenewable' | 'refreshed' | 'isGuest'>): Session {
  return { id_user, name, expires, issued, id_session: id };
}
