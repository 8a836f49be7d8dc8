import { ChatError } from '../../protocol/errors.js';
import type { Position } from '../../protocol/message.js';
import type { MemberRole } from '../../protocol/room.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { keepStored, millisecondsOf, r, timeOf } from '../connection/reql.js';
import type { Selection, Sequence, Table } from '../connection/reql-types.js';
import type { MembershipRow } from '../schema/rows.js';
import { MEMBERSHIPS } from '../schema/tables.js';
import { primaryKey } from './primary-key.js';
import { RowCache } from './row-cache.js';

/** A user has joined a room. */
export interface MembershipInfo {
  room: string;
  id_user: string;
  /** Milliseconds since 1970; null where a row written by hand has none. */
  joined: number | null;
  /** Of a member who does not own the room. */
  role: Exclude<MemberRole, 'owner'>;
  /** The position up to which this user has read; null before the first reading. */
  read: Position | null;
}

type Index = 'id_user' | 'room_user' | 'room_joined';

/** Rooms that one user can have joined. */
export const MAX_JOINED_ROOMS = 200;
/** Users in one query. */
const USERS_PER_QUERY = 500;
/** Memberships that a process keeps in memory. */
const MAX_CACHED_MEMBERSHIPS = 20_000;

/** The table `memberships`: which users have joined which rooms, and how far they have read. */
export class MembershipTable {
  readonly #database: Database;
  readonly cache: RowCache<MembershipRow, MembershipInfo, Index>;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.cache = new RowCache<MembershipRow, MembershipInfo, Index>(
      database,
      {
        table: MEMBERSHIPS,
        capacity: MAX_CACHED_MEMBERSHIPS,
        parse: toMembership,
        keyOf: ({ room, id_user }) => keyOf(room, id_user),
        select: (table, keys) =>
          table.getAll(r.args(keys.map((key) => JSON.parse(key))), { index: 'room_user' }),
      },
      log,
    );
  }

  /** @throws ChatError `database-unavailable` */
  async get(room: string, id_user: string): Promise<MembershipInfo | undefined> {
    // A visitor without an id has joined no room.
    return id_user === '' ? undefined : this.cache.get(keyOf(room, id_user));
  }

  /** The rooms that a user has joined, at most `MAX_JOINED_ROOMS`. @throws ChatError `database-unavailable` */
  async of(id_user: string): Promise<MembershipInfo[]> {
    if (id_user === '') return [];
    return this.#read(this.#rows().getAll(id_user, { index: 'id_user' }).limit(MAX_JOINED_ROOMS));
  }

  /**
   * Members of a room in the order of joining, after the position of another one.
   * @throws ChatError `database-unavailable`
   */
  async in(
    room: string,
    after: { joined: number | null; id_user: string } | null,
    limit: number,
  ): Promise<MembershipInfo[]> {
    const lower = after ? [room, timeOf(after.joined ?? 0), after.id_user] : [room, r.minval];
    const rows = this.#rows()
      .between(lower, [room, r.maxval], { index: 'room_joined', leftBound: 'open' })
      .orderBy({ index: 'room_joined' });
    return this.#read(rows.limit(limit));
  }

  /** Those of the users who are members of a room. @throws ChatError `database-unavailable` */
  async among(room: string, users: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (let i = 0; i < users.length; i += USERS_PER_QUERY) {
      const keys = users.slice(i, i + USERS_PER_QUERY).map((id_user) => [room, id_user]);
      const rows = this.#rows().getAll(r.args(keys), { index: 'room_user' });
      for (const { id_user } of await this.#read(rows)) found.push(id_user);
    }
    return found;
  }

  /** Number of members of a room, counted up to `limit`. @throws ChatError `database-unavailable` */
  async count(room: string, limit: number): Promise<number> {
    const rows = this.#rows().between([room, r.minval], [room, r.maxval], { index: 'room_joined' });
    return this.#database.run(rows.limit(limit).count());
  }

  /**
   * Joins. Joining twice is no error.
   * @throws ChatError `too-many-rooms` beyond `MAX_JOINED_ROOMS`, `database-unavailable`
   */
  async join(room: string, id_user: string): Promise<void> {
    if (await this.get(room, id_user)) return;
    const joined = this.#rows().getAll(id_user, { index: 'id_user' }).limit(MAX_JOINED_ROOMS).count();
    if ((await this.#database.run(joined)) >= MAX_JOINED_ROOMS) {
      throw new ChatError('too-many-rooms', `a user can have joined ${MAX_JOINED_ROOMS} rooms`, {
        limit: MAX_JOINED_ROOMS,
      });
    }
    const row = { id: primaryKey(room, id_user), room, id_user, joined: timeOf(Date.now()) };
    await this.#database.run(this.#rows().insert(row, { conflict: keepStored }));
    this.cache.invalidate(keyOf(room, id_user));
  }

  /** Leaves. Leaving a room without a membership is no error. @throws ChatError `database-unavailable` */
  async leave(room: string, id_user: string): Promise<void> {
    await this.#database.run(this.#one(room, id_user).delete());
    this.cache.invalidate(keyOf(room, id_user));
  }

  /** Changes the role of a member. @returns false if the user is not a member @throws ChatError `database-unavailable` */
  async setRole(room: string, id_user: string, role: MembershipInfo['role']): Promise<boolean> {
    const update = this.#one(room, id_user).update({ role });
    const { replaced, unchanged } = await this.#database.run(update);
    this.cache.invalidate(keyOf(room, id_user));
    return replaced + unchanged > 0;
  }

  /**
   * Stores the position up to which a member has read. It only moves forward.
   * @returns the position after the write; null when the user is not a member
   * @throws ChatError `database-unavailable`
   */
  async markRead(room: string, id_user: string, { sent, id }: Position): Promise<Position | null> {
    const update = this.#one(room, id_user).update(
      (row) => {
        const read = row('read').default(null);
        const isForward = read.eq(null).or(r.expr([timeOf(sent), id]).gt([read('sent'), read('id')]));
        return r.branch(isForward, { read: { sent: timeOf(sent), id } }, {});
      },
      { durability: 'soft', returnChanges: 'always' },
    );
    const { changes = [] } = await this.#database.run(update);
    this.cache.invalidate(keyOf(room, id_user));
    const row = changes[0]?.new_val;
    return (row && toMembership(row)?.read) ?? null;
  }

  #rows(): Table<MembershipRow, Index> {
    return this.#database.table(MEMBERSHIPS);
  }

  /** A row written by hand may have a primary key of another form. */
  #one(room: string, id_user: string): Selection<MembershipRow, Index> {
    return this.#rows().getAll([room, id_user], { index: 'room_user' });
  }

  async #read(rows: Sequence<MembershipRow, Index>): Promise<MembershipInfo[]> {
    return (await this.#database.rows(rows)).map(toMembership).filter((membership) => membership !== null);
  }
}

/** JSON keeps the two apart, whatever characters they have. */
const keyOf = (room: string, id_user: string) => JSON.stringify([room, id_user]);

/** Null for a row that names no room or no user. */
function toMembership(row: MembershipRow): MembershipInfo | null {
  const [room, id_user]: unknown[] = Array.isArray(row.id) ? row.id : [row.room, row.id_user];
  if (typeof room !== 'string' || typeof id_user !== 'string') return null;
  const role = row.role === 'moderator' ? row.role : 'member';
  return { room, id_user, joined: millisecondsOf(row.joined), role, read: toPosition(row.read) };
}

function toPosition(read: MembershipRow['read']): Position | null {
  const sent = millisecondsOf(read?.sent);
  return sent !== null && typeof read?.id === 'string' ? { sent, id: read.id } : null;
}
