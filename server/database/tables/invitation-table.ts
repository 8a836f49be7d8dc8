import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../connection/database.js';
import { millisecondsOf, r, timeOf } from '../connection/reql.js';
import type { Datum, Sequence, Table } from '../connection/reql-types.js';
import type { InvitationRow } from '../schema/rows.js';
import { INVITATIONS } from '../schema/tables.js';
import { isKey } from './primary-key.js';

export interface Invitation {
  id: string;
  room: string;
  /** Id of the user who invites; null in a row of another program. */
  by: string | null;
  created: number | null;
  /** Null: it does not expire. */
  expires: number | null;
  /** How many users may still join; null: any number. */
  uses_left: number | null;
  /** How many users have joined. */
  uses: number;
  /** The only user who may join; null: any user with the link. */
  id_user: string | null;
}

export type NewInvitation = Pick<Invitation, 'room' | 'expires' | 'uses_left' | 'id_user'> & { by: string };

type Index = 'room' | 'id_user';

const TOKEN_BYTES = 18;
/** Rows that one query reads. */
const MAX_READ = 200;

/** The id of the invitation of a token: the database does not have the token. */
export const invitationId = (token: string) => createHash('sha256').update(token).digest('hex');

/** The table `invitations`. All methods throw ChatError `database-unavailable`. */
export class InvitationTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns the invitation, and its token, which cannot be read again */
  async create(
    { expires, ...fields }: NewInvitation,
    now: number,
  ): Promise<{ invitation: Invitation; token: string }> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const invitation = { id: invitationId(token), ...fields, created: now, expires, uses: 0 };
    const times = { created: timeOf(now), expires: expires === null ? null : timeOf(expires) };
    await this.#database.run(this.#rows().insert({ ...invitation, ...times }));
    return { invitation, token };
  }

  async get(id: string): Promise<Invitation | null> {
    if (!isKey(id)) return null;
    const [row] = await this.#read(this.#rows().getAll(id));
    return row ?? null;
  }

  /** The invitations into a room that have not ended, the newest first. Deletes those that have. */
  async of(room: string, now: number): Promise<Invitation[]> {
    const found = await this.#read(this.#rows().getAll(room, { index: 'room' }).limit(MAX_READ));
    const ended = found.filter((each) => hasEnded(each, now)).map(({ id }) => id);
    if (ended.length > 0) await this.#database.run(this.#rows().getAll(r.args(ended)).delete());
    return newestFirst(found.filter(({ id }) => !ended.includes(id)));
  }

  /** The invitations for one user that have not ended, the newest first. */
  async for(id_user: string, now: number): Promise<Invitation[]> {
    const found = await this.#read(this.#rows().getAll(id_user, { index: 'id_user' }).limit(MAX_READ));
    return newestFirst(found.filter((each) => !hasEnded(each, now)));
  }

  /** @returns false if the room has no such invitation */
  async revoke(room: string, id: string): Promise<boolean> {
    if (!isKey(id)) return false;
    const rows = this.#rows()
      .getAll(id)
      .filter((row) => row('room').eq(room));
    return (await this.#database.run(rows.delete())).deleted > 0;
  }

  /**
   * Counts a use, in one write, so that no more users join than may, whichever processes they use.
   * @returns false if the invitation has ended
   */
  async use(id: string, now: number): Promise<boolean> {
    const update = this.#rows()
      .getAll(id)
      .update((row) => {
        const left = row('uses_left').default(null) as Datum<number | null>;
        const expires = row('expires').default(null);
        const isOpen = left
          .eq(null)
          .or(left.gt(0))
          .and(expires.eq(null).or(expires.gt(timeOf(now))));
        return r.branch(isOpen, counted(row, 1), {});
      });
    return (await this.#database.run(update)).replaced > 0;
  }

  /** Takes back a use by a user who could not join. */
  async giveBack(id: string): Promise<void> {
    await this.#database.run(
      this.#rows()
        .getAll(id)
        .update((row) => counted(row, -1)),
    );
  }

  #rows(): Table<InvitationRow, Index> {
    return this.#database.table(INVITATIONS);
  }

  async #read(rows: Sequence<InvitationRow, Index>): Promise<Invitation[]> {
    return (await this.#database.rows(rows)).map(toInvitation).filter((each) => each !== null);
  }
}

function counted(row: Datum<InvitationRow>, n: number) {
  const left = row('uses_left').default(null) as Datum<number | null>;
  return {
    uses: (row('uses').default(0) as Datum<number>).add(n),
    uses_left: r.branch(left.eq(null), null, (left as Datum<number>).add(-n)),
  };
}

export function hasEnded({ expires, uses_left }: Invitation, now: number): boolean {
  return (expires !== null && expires <= now) || (uses_left !== null && uses_left <= 0);
}

const newestFirst = (invitations: Invitation[]) =>
  invitations.sort((a, b) => (b.created ?? 0) - (a.created ?? 0));

/** Null for a row without a room. An unknown time or number ends the invitation. */
function toInvitation(row: InvitationRow): Invitation | null {
  const { id, room, by, expires = null, uses_left = null, uses, id_user = null } = row;
  if (typeof id !== 'string' || typeof room !== 'string') return null;
  return {
    id,
    room,
    by: typeof by === 'string' ? by : null,
    created: millisecondsOf(row.created),
    expires: expires === null ? null : (millisecondsOf(expires) ?? 0),
    uses_left: uses_left === null ? null : typeof uses_left === 'number' ? uses_left : 0,
    uses: typeof uses === 'number' ? uses : 0,
    id_user: id_user === null ? null : String(id_user),
  };
}
