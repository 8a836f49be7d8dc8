import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { millisecondsOf, r, timeOf } from '../connection/reql.js';
import type { Datum, Selection, Table } from '../connection/reql-types.js';
import type { SessionRow } from '../schema/rows.js';
import { SESSIONS } from '../schema/tables.js';
import { RowCache } from './row-cache.js';

/** A login on the page, or a browser of a guest with a secured name. Times are in milliseconds since 1970. */
export interface SessionInfo {
  id: string;
  id_user: string;
  name: string;
  /** When the issuer stated the name; 0 if it stated none. */
  issued: number;
  /** When the issuer last confirmed the login. */
  refreshed: number;
  /** When this confirmation expires. */
  expires: number;
  /** When the session ends. */
  ends: number;
  /** It can be extended: by a refresh token, or because it is that of a guest. */
  isRenewable: boolean;
  isGuest: boolean;
  /** The encrypted token of a login page; null for logins by OpenID Connect. */
  token: string | null;
}

/** Encrypted tokens of a session. */
export interface SealedTokens {
  refresh_token: string | null;
  id_token: string | null;
}

export interface NewSession extends Omit<SessionInfo, 'isRenewable' | 'refreshed' | 'isGuest'>, SealedTokens {
  /** Browser and system, of a guest. */
  device?: string;
}
export type RenewedSession = Pick<NewSession, 'name' | 'issued' | 'expires' | 'ends'> & SealedTokens;

/** A session as its user sees it. */
export interface ListedSession {
  id: string;
  /** Milliseconds since 1970; null where a row written by hand has none. */
  created: number | null;
  /** When it was last used, to the day. */
  used: number | null;
  /** Browser and system; null when they are not known. */
  device: string | null;
}

type Index = 'user_created' | 'ends';

/** Sessions that a process keeps in memory. */
const MAX_CACHED_SESSIONS = 10_000;
/** Sessions of one user. The oldest one ends. */
export const MAX_USER_SESSIONS = 20;

/** The table `sessions`: logins on the page. */
export class SessionTable {
  readonly #database: Database;
  readonly cache: RowCache<SessionRow, SessionInfo, Index>;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.cache = new RowCache<SessionRow, SessionInfo, Index>(
      database,
      {
        table: SESSIONS,
        capacity: MAX_CACHED_SESSIONS,
        parse: toSessionInfo,
        keyOf: ({ id }) => id,
        select: (table, ids) => table.getAll(r.args(ids)),
      },
      log,
    );
  }

  /** @throws ChatError `database-unavailable` if the row is not cached and cannot be read */
  get(id: string): Promise<SessionInfo | undefined> {
    return this.cache.get(id);
  }

  /** Adds a session, and ends the oldest ones of its user beyond `MAX_USER_SESSIONS`. @throws ChatError `database-unavailable` */
  async add(session: NewSession, now: number): Promise<void> {
    const { id, id_user, token, device } = session;
    const ofGuest = device === undefined ? {} : { kind: 'guest', device };
    const row = { id, id_user, token, created: timeOf(now), ...ofGuest, ...fieldsOf(session, now) };
    await this.#database.run(this.#rows().insert(row));
    this.cache.invalidate(id);
    const ids = await this.#database.rows(this.#of(id_user).orderBy({ index: r.desc('user_created') })('id'));
    const oldest = ids.slice(MAX_USER_SESSIONS).filter((one): one is string => typeof one === 'string');
    if (oldest.length > 0) await this.#database.run(this.#rows().getAll(r.args(oldest)).delete());
  }

  /** Extends the session of a guest. @throws ChatError `database-unavailable` */
  async extend(id: string, ends: number, now: number): Promise<void> {
    const times = { refreshed: timeOf(now), expires: timeOf(ends), ends: timeOf(ends) };
    await this.#database.run(this.#rows().get(id).update(times));
    this.cache.invalidate(id);
  }

  /** The sessions of a user, the newest first. @throws ChatError `database-unavailable` */
  async list(id_user: string): Promise<ListedSession[]> {
    const newest = this.#of(id_user).orderBy({ index: r.desc('user_created') });
    const rows = await this.#database.rows(newest.limit(MAX_USER_SESSIONS));
    return rows.flatMap(({ id, created, refreshed, device }) =>
      typeof id === 'string'
        ? {
            id,
            created: millisecondsOf(created),
            used: millisecondsOf(refreshed),
            device: typeof device === 'string' && device !== '' ? device : null,
          }
        : [],
    );
  }

  /** Ends a session. @returns its encrypted tokens; null if there is no such session. @throws ChatError `database-unavailable` */
  async remove(id: string): Promise<SealedTokens | null> {
    const { changes = [] } = await this.#database.run(this.#rows().get(id).delete({ returnChanges: true }));
    this.cache.invalidate(id);
    const row = changes[0]?.old_val;
    return row ? toSealedTokens(row) : null;
  }

  /** Ends all sessions of a user. @returns their encrypted tokens by id. @throws ChatError `database-unavailable` */
  async removeAll(id_user: string): Promise<Map<string, SealedTokens>> {
    const { changes = [] } = await this.#database.run(this.#of(id_user).delete({ returnChanges: true }));
    const rows = changes.flatMap(({ old_val }) => old_val ?? []);
    return new Map(rows.map((row) => [String(row.id), toSealedTokens(row)]));
  }

  /**
   * Claims a session for an attempt to refresh it, so that one process makes it.
   * @param seen the `refreshed` of the session that is to be replaced
   * @param claimMs milliseconds after which a claim of another attempt no longer counts
   * @returns the encrypted refresh token; null if another attempt has claimed or refreshed the session
   */
  async claim(
    { id, refreshed: seen }: Pick<SessionInfo, 'id' | 'refreshed'>,
    by: string,
    now: number,
    claimMs: number,
  ): Promise<string | null> {
    const isFree = (row: Datum<SessionRow>) =>
      row('refreshed')
        .eq(timeOf(seen))
        .and(
          row('claimed')
            .default(r.epochTime(0))
            .lt(timeOf(now - claimMs)),
        );
    const claim = this.#rows()
      .get(id)
      .update((row) => r.branch(isFree(row), { claimed_by: by, claimed: timeOf(now) }, {}), {
        returnChanges: 'always',
      });
    const { changes = [] } = await this.#database.run(claim);
    const row = changes[0]?.new_val;
    return row?.claimed_by === by ? toSealedTokens(row).refresh_token : null;
  }

  /** Stores what the issuer has confirmed, if the claim still holds. @throws ChatError `database-unavailable` */
  async renew(id: string, by: string, session: RenewedSession, now: number): Promise<void> {
    const fields = { ...fieldsOf(session, now), claimed_by: null, claimed: null };
    const renewal = this.#rows()
      .get(id)
      .update((row) => r.branch(row('claimed_by').eq(by), fields, {}));
    await this.#database.run(renewal);
    this.cache.invalidate(id);
  }

  /** Gives up a claim, after an attempt that may be repeated. @throws ChatError `database-unavailable` */
  async release(id: string, by: string): Promise<void> {
    const released = { claimed_by: null, claimed: null };
    const release = this.#rows()
      .get(id)
      .update((row) => r.branch(row('claimed_by').eq(by), released, {}));
    await this.#database.run(release);
  }

  /** Deletes the rows of sessions that have ended. @throws ChatError `database-unavailable` */
  async purge(now: number): Promise<void> {
    const ended = this.#rows().between(r.minval, timeOf(now), { index: 'ends' });
    await this.#database.run(ended.delete({ durability: 'soft' }));
  }

  #rows(): Table<SessionRow, Index> {
    return this.#database.table(SESSIONS);
  }

  #of(id_user: string): Selection<SessionRow, Index> {
    return this.#rows().between([id_user, r.minval], [id_user, r.maxval], { index: 'user_created' });
  }
}

function fieldsOf({ name, issued, expires, ends, refresh_token, id_token }: RenewedSession, now: number) {
  return {
    name,
    issued: timeOf(issued),
    refreshed: timeOf(now),
    expires: timeOf(expires),
    ends: timeOf(ends),
    refresh_token,
    id_token,
  };
}

/** Null for a row that names no user, or has no end. */
function toSessionInfo(row: SessionRow): SessionInfo | null {
  const { id, id_user, name, token, kind } = row;
  const ends = millisecondsOf(row.ends);
  if (typeof id !== 'string' || typeof id_user !== 'string' || ends === null) return null;
  return {
    id,
    id_user,
    name: typeof name === 'string' ? name : id_user,
    issued: millisecondsOf(row.issued) ?? 0,
    refreshed: millisecondsOf(row.refreshed) ?? 0,
    expires: millisecondsOf(row.expires) ?? ends,
    ends,
    isRenewable: typeof row.refresh_token === 'string' || kind === 'guest',
    isGuest: kind === 'guest',
    token: typeof token === 'string' ? token : null,
  };
}

function toSealedTokens({ refresh_token, id_token }: SessionRow): SealedTokens {
  return {
    refresh_token: typeof refresh_token === 'string' ? refresh_token : null,
    id_token: typeof id_token === 'string' ? id_token : null,
  };
}
