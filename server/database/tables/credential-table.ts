import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { keepStored, millisecondsOf, r, timeOf } from '../connection/reql.js';
import type { Table } from '../connection/reql-types.js';
import type { CredentialRow } from '../schema/rows.js';
import { CREDENTIALS } from '../schema/tables.js';
import { isKey } from './primary-key.js';
import { RowCache } from './row-cache.js';

/** A credential as its user sees it. */
export interface ListedCredential {
  id: string;
  kind: 'passkey' | 'recovery';
  /** Milliseconds since 1970; null where a row written by hand has none. */
  created: number | null;
  /** When a browser last got the name back by it; null: never. */
  used: number | null;
  /** Browser and system with which it was created; null when they are not known. */
  device: string | null;
}

export interface StoredPasskey {
  id_user: string;
  /** As authenticators name it, in base64url. */
  credential_id: string;
  /** COSE key, in base64url. */
  public_key: string;
  /** Number of signatures that the authenticator has reported; 0 where it does not count. */
  counter: number;
  transports: string[];
  /** The host that it is for (RP ID). */
  host: string;
}

/** Passkeys of one user. */
export const MAX_PASSKEYS = 10;
/** Users whose state a process keeps in memory. */
const MAX_CACHED_USERS = 20_000;

/** The table `credentials`: passkeys and recovery codes. A user with a row has a secured name. */
export class CredentialTable {
  readonly #database: Database;
  /** Users with a secured name, by id. */
  readonly cache: RowCache<CredentialRow, { id_user: string }, 'id_user'>;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.cache = new RowCache<CredentialRow, { id_user: string }, 'id_user'>(
      database,
      {
        table: CREDENTIALS,
        capacity: MAX_CACHED_USERS,
        parse: ({ id_user }) => (typeof id_user === 'string' ? { id_user } : null),
        keyOf: ({ id_user }) => id_user,
        select: (table, ids) => table.getAll(r.args(ids), { index: 'id_user' }),
      },
      log,
    );
  }

  /** Whether the name of a user is secured. @throws ChatError `database-unavailable` */
  async has(id_user: string): Promise<boolean> {
    return isKey(id_user) && (await this.cache.get(id_user)) !== undefined;
  }

  /** @throws ChatError `database-unavailable` */
  async list(id_user: string): Promise<ListedCredential[]> {
    const rows = await this.#database.rows(
      this.#rows()
        .getAll(id_user, { index: 'id_user' })
        .limit(2 * MAX_PASSKEYS),
    );
    return rows
      .flatMap((row) => toListed(row) ?? [])
      .sort((one, other) => (one.created ?? 0) - (other.created ?? 0));
  }

  /**
   * @param device browser and system
   * @returns false if the passkey is stored already
   * @throws ChatError `database-unavailable`, `storage-full`
   */
  async addPasskey(id: string, passkey: StoredPasskey, device: string, now: number): Promise<boolean> {
    const times = { created: timeOf(now), used: null, challenged: 0 };
    const row = { id, kind: 'passkey', device, ...times, ...passkey };
    const { inserted } = await this.#database.run(this.#rows().insert(row, { conflict: keepStored }));
    this.cache.invalidate(passkey.id_user);
    return inserted === 1;
  }

  /** Stores the recovery code of a user, in the place of an earlier one. @throws ChatError `database-unavailable`, `storage-full` */
  async setRecoveryCode(id: string, id_user: string, now: number): Promise<void> {
    const row = { id, id_user, kind: 'recovery', created: timeOf(now), used: null };
    await this.#database.run(this.#rows().insert(row, { conflict: 'replace' }));
    const earlier = this.#rows()
      .getAll(id_user, { index: 'id_user' })
      .filter((other) => other('kind').eq('recovery').and(other('id').ne(id)));
    await this.#database.run(earlier.delete());
    this.cache.invalidate(id_user);
  }

  /** @returns false if the user has no such credential. @throws ChatError `database-unavailable` */
  async remove(id: string, id_user: string): Promise<boolean> {
    const own = this.#rows().getAll(id).filter({ id_user });
    const { deleted } = await this.#database.run(own.delete());
    this.cache.invalidate(id_user);
    return deleted > 0;
  }

  /** The user of a recovery code; null for an unknown one. @throws ChatError `database-unavailable` */
  async recoveryUser(id: string): Promise<string | null> {
    const [row] = await this.#database.rows(this.#rows().getAll(id));
    return row?.kind === 'recovery' && typeof row.id_user === 'string' ? row.id_user : null;
  }

  /** Null for an unknown passkey, or one that cannot be used. @throws ChatError `database-unavailable` */
  async passkey(id: string): Promise<StoredPasskey | null> {
    const [row] = await this.#database.rows(this.#rows().getAll(id));
    return row ? toPasskey(row) : null;
  }

  /** The passkeys of a user. @throws ChatError `database-unavailable` */
  async passkeysOf(id_user: string): Promise<StoredPasskey[]> {
    const rows = await this.#database.rows(
      this.#rows()
        .getAll(id_user, { index: 'id_user' })
        .limit(2 * MAX_PASSKEYS),
    );
    return rows.flatMap((row) => toPasskey(row) ?? []);
  }

  /** Notes that a recovery code was used. @throws ChatError `database-unavailable` */
  async noteUse(id: string, now: number): Promise<void> {
    await this.#database.run(
      this.#rows()
        .get(id)
        .update({ used: timeOf(now) }),
    );
  }

  /**
   * Notes that a passkey has signed a challenge.
   * @param issued when the challenge was issued, in milliseconds since 1970
   * @returns false if it has signed this challenge or a later one before, or the row is deleted
   * @throws ChatError `database-unavailable`
   */
  async acceptChallenge(id: string, issued: number, counter: number, now: number): Promise<boolean> {
    const accepted = { challenged: issued, counter, used: timeOf(now) };
    const change = this.#rows()
      .get(id)
      .update((row) => r.branch(row('challenged').default(0).lt(issued), accepted, {}));
    const { replaced } = await this.#database.run(change);
    return replaced === 1;
  }

  #rows(): Table<CredentialRow, 'id_user'> {
    return this.#database.table(CREDENTIALS);
  }
}

function toListed({ id, kind, created, used, device }: CredentialRow): ListedCredential | null {
  if (typeof id !== 'string' || (kind !== 'passkey' && kind !== 'recovery')) return null;
  return {
    id,
    kind,
    created: millisecondsOf(created),
    used: millisecondsOf(used),
    device: typeof device === 'string' && device !== '' ? device : null,
  };
}

function toPasskey(row: CredentialRow): StoredPasskey | null {
  const { kind, id_user, credential_id, public_key, counter, transports, host } = row;
  const isPasskey = kind === 'passkey' && typeof id_user === 'string' && typeof host === 'string';
  if (!isPasskey || typeof credential_id !== 'string' || typeof public_key !== 'string') return null;
  return {
    id_user,
    credential_id,
    public_key,
    counter: typeof counter === 'number' ? counter : 0,
    transports: Array.isArray(transports) ? transports.filter((one) => typeof one === 'string') : [],
    host,
  };
}
