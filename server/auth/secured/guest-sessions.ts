import type { ListedSession, SessionInfo, SessionTable } from '../../database/tables/session-table.js';
import { reasonOf } from '../../lib/error-reason.js';
import type { Log } from '../../telemetry/logger.js';
import { tokenExpired } from '../credentials.js';
import { type Identity, renewalAge } from '../guest.js';
import { FollowedSessions } from '../login/followed-sessions.js';
import { sessionEnded } from '../login/session-ended.js';
import { purgeRegularly } from '../login/session-purge.js';
import type { Session } from '../session.js';

export interface GuestSessionsDependencies {
  table: SessionTable;
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * The browsers of guests with a secured name. A session lasts as long as its row, in every process, at every interface; using it
 * extends it.
 */
export class GuestSessions {
  readonly #dependencies: GuestSessionsDependencies;
  readonly #lifetimeMs: number;
  readonly #followed: FollowedSessions;
  readonly #extending = new Set<string>();
  readonly #stopPurging: () => void;

  /** @param days without use after which a session ends */
  constructor(dependencies: GuestSessionsDependencies, days: number) {
    const { table, now } = dependencies;
    this.#dependencies = dependencies;
    this.#lifetimeMs = days * DAY_MS;
    this.#followed = new FollowedSessions({ table, now, refresh: (session) => this.#extend(session) });
    this.#stopPurging = purgeRegularly(dependencies);
  }

  /**
   * The guest of a session. Extends it in the background.
   * @param id a digest of the cookie or bearer token
   * @throws ChatError `session-ended`, `token-expired`, `database-unavailable`
   */
  async find(id: string): Promise<Session> {
    const { table, now } = this.#dependencies;
    const session = await table.get(id);
    if (!session?.isGuest) throw sessionEnded();
    const { id_user, name, ends, refreshed } = session;
    if (ends <= now()) throw tokenExpired();
    const isDue = now() - refreshed > renewalAge(this.#lifetimeMs / 1000) * 1000;
    if (isDue) void this.#extend(session);
    return { id_user, name, expires: ends, id_session: id, isCookieDue: isDue };
  }

  /** @param device browser and system, for the list of sessions. @throws ChatError `database-unavailable`, `storage-full` */
  async begin(id: string, { id_user, name }: Identity, device: string): Promise<void> {
    const { table, now } = this.#dependencies;
    const ends = now() + this.#lifetimeMs;
    const noTokens = { token: null, refresh_token: null, id_token: null };
    await table.add({ id, id_user, name, device, issued: 0, expires: ends, ends, ...noTokens }, now());
  }

  /** Calls back whenever the row of a session has changed or is deleted. @returns a function that stops */
  follow(id: string, onChange: () => void): () => void {
    return this.#followed.follow(id, onChange);
  }

  /** The newest first. @throws ChatError `database-unavailable` */
  list(id_user: string): Promise<ListedSession[]> {
    return this.#dependencies.table.list(id_user);
  }

  /** @throws ChatError `database-unavailable` */
  async end(id: string): Promise<void> {
    await this.#dependencies.table.remove(id);
  }

  close(): void {
    this.#stopPurging();
    this.#followed.close();
    this.#dependencies.table.cache.close();
  }

  /** Once for concurrent requests. Never rejects: the next use tries again. */
  async #extend({ id }: Pick<SessionInfo, 'id'>): Promise<void> {
    const { table, log, now } = this.#dependencies;
    if (this.#extending.has(id)) return;
    this.#extending.add(id);
    try {
      await table.extend(id, now() + this.#lifetimeMs, now());
    } catch (error) {
      log.debug({ reason: reasonOf(error) }, 'session: extending failed');
    } finally {
      this.#extending.delete(id);
    }
  }
}
