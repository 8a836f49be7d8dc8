import { ChatError } from '../../protocol/errors.js';
import type { Position } from '../../protocol/message.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { type DriverCursor, RAW, r, type Term } from '../connection/reql.js';
import { primaryKey } from '../schema/primary-key.js';
import type { RawTime } from './message-row.js';
import { RowCache } from './row-cache.js';

/** A user has joined a room. */
export interface MembershipInfo {
  room: string;
  id_user: string;
  /** Milliseconds since 1970; null where a row written by hand has none. */
  joined: number | null;
  /** How far this user has read; null for not at all. */
  read: Position | null;
}

interface Row {
  id: [room: string, id_user: string] | string;
  /** Where they are not the `id`. */
  room?: string;
  id_user?: string;
  joined?: RawTime;
  read?: { sent: RawTime; id: string } | null;
}

/** Rooms that one user can have joined. */
export const MAX_JOINED_ROOMS = 200;
/** Memberships that a process keeps in memory. */
const CACHED_MEMBERSHIPS = 20_000;

/** The table `memberships`: which users have joined which rooms, and how far they have read. */
export class MembershipTable {
  readonly #database: Database;
  readonly cache: RowCache<Row, MembershipInfo>;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.cache = new RowCache<Row, MembershipInfo>(
      database,
      {
        table: 'memberships',
        capacity: CACHED_MEMBERSHIPS,
        parse: toMembership,
        key: ({ room, id_user }) => keyOf(room, id_user),
        select: (table, keys) =>
          table.getAll(r.args(keys.map((key) => JSON.parse(key))), { index: 'room_user' }),
      },
      log,
    );
  }

  /** @throws ChatError `database-unavailable` */
  async get(room: string, id_user: string): Promise<MembershipInfo | undefined> {
    // A visitor who has no id yet has joined no room.
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
    const lower = after ? [room, time(after.joined ?? 0), after.id_user] : [room, r.minval];
    const range = { index: 'room_joined', leftBound: 'open' };
    const rows = this.#rows().between(lower, [room, r.maxval], range).orderBy({ index: 'room_joined' });
    return this.#read(rows.limit(limit));
  }

  /**
   * Joins; having joined already is no error.
   * @throws ChatError `too-many-rooms` beyond `MAX_JOINED_ROOMS`, `database-unavailable`
   */
  async join(room: string, id_user: string): Promise<void> {
    if (await this.get(room, id_user)) return;
    const joined = this.#rows().getAll(id_user, { index: 'id_user' }).limit(MAX_JOINED_ROOMS).count();
    if ((await this.#database.run<number>(joined)) >= MAX_JOINED_ROOMS) {
      throw new ChatError('too-many-rooms', `a user can have joined ${MAX_JOINED_ROOMS} rooms`, {
        limit: MAX_JOINED_ROOMS,
      });
    }
    const row = { id: primaryKey(room, id_user), room, id_user, joined: time(Date.now()) };
    const keep = (_id: Term, present: Term, _new: Term) => present;
    await this.#database.run(this.#rows().insert(row, { conflict: keep }));
    this.cache.invalidate(keyOf(room, id_user));
  }

  /** Leaves; not being a member is no error. @throws ChatError `database-unavailable` */
  async leave(room: string, id_user: string): Promise<void> {
    await this.#database.run(this.#one(room, id_user).delete());
    this.cache.invalidate(keyOf(room, id_user));
  }

  /**
   * Notes how far a member has read. The position moves only forward.
   * @returns the position after the write; null when the user is not a member
   * @throws ChatError `database-unavailable`
   */
  async markRead(room: string, id_user: string, { sent, id }: Position): Promise<Position | null> {
    const update = this.#one(room, id_user).update(
      (row: Term) => {
        const read = row('read').default(null);
        const isForward = read.eq(null).or(r.expr([time(sent), id]).gt([read('sent'), read('id')]));
        return r.branch(isForward, { read: { sent: time(sent), id } }, {});
      },
      { durability: 'soft', returnChanges: 'always' },
    );
    const { changes = [] } = await this.#database.run<{ changes?: { new_val: Row | null }[] }>(update, RAW);
    this.cache.invalidate(keyOf(room, id_user));
    const row = changes[0]?.new_val;
    return (row && toMembership(row)?.read) ?? null;
  }

  #rows(): Term {
    return this.#database.table('memberships');
  }

  /** A row written by hand may have another primary key than ours. */
  #one(room: string, id_user: string): Term {
    return this.#rows().getAll([room, id_user], { index: 'room_user' });
  }

  async #read(rows: Term): Promise<MembershipInfo[]> {
    const cursor = await this.#database.run<DriverCursor<Row>>(rows, RAW);
    return (await cursor.toArray()).map(toMembership).filter((membership) => membership !== null);
  }
}

/** JSON keeps the two apart, whatever characters they have. */
const keyOf = (room: string, id_user: string) => JSON.stringify([room, id_user]);

const time = (ms: number): Term => r.epochTime(ms / 1000);

function toMembership(row: Row): MembershipInfo | null {
  const [room, id_user] = Array.isArray(row.id) ? row.id : [row.room, row.id_user];
  if (typeof room !== 'string' || typeof id_user !== 'string') return null;
  const joined = row.joined ? Math.round(row.joined.epoch_time * 1000) : null;
  const read = row.read ? { sent: Math.round(row.read.sent.epoch_time * 1000), id: row.read.id } : null;
  return { room, id_user, joined, read };
}
