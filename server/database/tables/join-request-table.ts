import type { Database } from '../connection/database.js';
import { keepStored, millisecondsOf, r, timeOf } from '../connection/reql.js';
import type { Sequence, Table } from '../connection/reql-types.js';
import type { JoinRequestRow } from '../schema/rows.js';
import { JOIN_REQUESTS } from '../schema/tables.js';
import { primaryKey } from './primary-key.js';

export interface JoinRequest {
  room: string;
  id_user: string;
  /** Empty for a request without a text. */
  text: string;
  created: number | null;
}

type Index = 'room_created';

/** The table `join_requests`. All methods throw ChatError `database-unavailable`. */
export class JoinRequestTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Repeating a request keeps the first one. */
  async add({ room, id_user, text }: Omit<JoinRequest, 'created'>, now: number): Promise<void> {
    const row = { id: primaryKey(room, id_user), room, id_user, text, created: timeOf(now) };
    await this.#database.run(this.#rows().insert(row, { conflict: keepStored }));
  }

  async has(room: string, id_user: string): Promise<boolean> {
    return (await this.#read(this.#rows().getAll(primaryKey(room, id_user)))).length > 0;
  }

  /** The oldest requests of a room, at most `limit`. */
  async of(room: string, limit: number): Promise<JoinRequest[]> {
    const rows = this.#rows()
      .between([room, r.minval], [room, r.maxval], { index: 'room_created' })
      .orderBy({ index: 'room_created' });
    return this.#read(rows.limit(limit));
  }

  /** @returns false if there is no such request */
  async remove(room: string, id_user: string): Promise<boolean> {
    const { deleted } = await this.#database.run(this.#rows().getAll(primaryKey(room, id_user)).delete());
    return deleted > 0;
  }

  #rows(): Table<JoinRequestRow, Index> {
    return this.#database.table(JOIN_REQUESTS);
  }

  async #read(rows: Sequence<JoinRequestRow, Index>): Promise<JoinRequest[]> {
    return (await this.#database.rows(rows)).map(toRequest).filter((request) => request !== null);
  }
}

/** Null for a row that names no room or no user. */
function toRequest({ room, id_user, text, created }: JoinRequestRow): JoinRequest | null {
  if (typeof room !== 'string' || typeof id_user !== 'string') return null;
  return { room, id_user, text: typeof text === 'string' ? text : '', created: millisecondsOf(created) };
}
