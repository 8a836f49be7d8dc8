import { randomUUID } from 'node:crypto';
import type { SessionInfo, SessionTable } from '../../database/tables/session-table.js';
import { reasonOf } from '../../lib/error-reason.js';
import { Waiters } from '../../lib/waiters.js';
import { ChatError } from '../../protocol/errors.js';
import { diagnostics } from '../../telemetry/diagnostics-channels.js';
import type { Log } from '../../telemetry/logger.js';
import { userIdClaim } from '../claims.js';
import type { Grant } from './grant.js';
import type { IdentityProvider } from './identity-provider.js';
import { sessionEnded } from './session-ended.js';
import type { SessionSeals } from './session-seals.js';

/** Milliseconds after which an attempt of a process that gives no answer is repeated by another one. */
const CLAIM_MS = 15_000;
/** Milliseconds for the attempt of another process. */
const WAIT_MS = 6_000;
/** Milliseconds between attempts to store a grant, and their number: the old refresh token may be void. */
const STORE_RETRY_MS = 500;
const STORE_ATTEMPTS = 20;

export interface SessionRefresherDependencies {
  table: SessionTable;
  provider: Pick<IdentityProvider, 'refresh' | 'requireAvailable'>;
  seals: SessionSeals;
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * Extends sessions by their refresh tokens. Issuers replace a refresh token with each use and treat a second use as theft;
 * so a conditional write claims a session, and of all processes one sends the request.
 */
export class SessionRefresher {
  readonly #dependencies: SessionRefresherDependencies;
  readonly #running = new Map<string, Promise<SessionInfo>>();
  readonly #waiters = new Waiters<string, void>();

  constructor(dependencies: SessionRefresherDependencies) {
    this.#dependencies = dependencies;
    dependencies.table.cache.on('changed', (before, after) => {
      const id = (after ?? before)?.id;
      if (id !== undefined) this.#waiters.resolve(id);
    });
  }

  /**
   * @returns the session as the issuer has confirmed it
   * @throws ChatError `session-ended` if the issuer has ended the login, `auth-unavailable`, `database-unavailable`
   */
  refresh(session: SessionInfo): Promise<SessionInfo> {
    const { id } = session;
    const running = this.#running.get(id);
    if (running) return running;
    const attempt = this.#attempt(session).finally(() => this.#running.delete(id));
    this.#running.set(id, attempt);
    return attempt;
  }

  /** Resolves when no attempt is in progress: an answer of the issuer that is not stored would end its session. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  async #attempt(session: SessionInfo): Promise<SessionInfo> {
    const { table, provider, seals, now } = this.#dependencies;
    const { id } = session;
    provider.requireAvailable();
    const by = randomUUID();
    const sealed = await table.claim(session, by, now(), CLAIM_MS);
    if (sealed === null) return this.#awaitOther(session);
    const token = seals.refreshTokens.open(sealed, id);
    // It was encrypted with another SESSION_SECRET.
    if (token === null) return this.#end(session, 'the refresh token cannot be decrypted');
    return this.#exchange(session, by, token);
  }

  async #exchange(session: SessionInfo, by: string, token: string): Promise<SessionInfo> {
    const { table, provider } = this.#dependencies;
    const { id, id_user } = session;
    let grant: Grant;
    try {
      grant = await provider.refresh(token);
    } catch (error) {
      if (error instanceof ChatError && error.code === 'login-failed')
        return this.#end(session, 'the issuer refused the refresh token');
      diagnostics.sessionRefreshed.publish({ outcome: 'unavailable' });
      await table.release(id, by).catch(() => {});
      throw error;
    }
    if (grant.claims && userIdClaim(grant.claims.sub) !== id_user)
      return this.#end(session, 'the issuer confirmed another user');
    await this.#store(session, by, grant);
    diagnostics.sessionRefreshed.publish({ outcome: 'refreshed' });
    return (await table.get(id)) ?? Promise.reject(sessionEnded());
  }

  /** Tries again while the database is unavailable. */
  async #store(session: SessionInfo, by: string, grant: Grant): Promise<void> {
    const { table, seals, log, now } = this.#dependencies;
    const fields = seals.renewedSession(session, grant, now());
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await table.renew(session.id, by, fields, now());
      } catch (error) {
        if (attempt === STORE_ATTEMPTS) throw error;
        log.debug({ reason: reasonOf(error) }, 'session: storing a refresh token failed, retrying');
        await new Promise((resolve) => setTimeout(resolve, STORE_RETRY_MS).unref());
      }
    }
  }

  async #end({ id, id_user }: SessionInfo, reason: string): Promise<never> {
    const { table, log } = this.#dependencies;
    diagnostics.sessionRefreshed.publish({ outcome: 'refused' });
    log.info({ id_user, reason }, 'session ended');
    await table.remove(id);
    throw sessionEnded();
  }

  /** Another attempt has claimed the session: waits for its result. */
  async #awaitOther({ id, refreshed }: SessionInfo): Promise<SessionInfo> {
    const { table } = this.#dependencies;
    const changed = this.#waiters.wait(id, WAIT_MS, () => {});
    let session = await table.get(id);
    if (session?.refreshed === refreshed) {
      await changed;
      session = await table.get(id);
    }
    if (!session) throw sessionEnded();
    if (session.refreshed !== refreshed) return session;
    throw new ChatError('auth-unavailable', 'the session is being refreshed', { retryAfterMs: 1_000 });
  }
}
