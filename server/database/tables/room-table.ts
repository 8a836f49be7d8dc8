import { ChatError } from '../../protocol/errors.js';
import { ACCESS, type RoomInfo } from '../../protocol/room.js';
import { isSameKey, nameKeys } from '../../protocol/text/name-key.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { millisecondsOf, r, timeOf } from '../connection/reql.js';
import type { Datum, Sequence, Table } from '../connection/reql-types.js';
import type { RoomRow } from '../schema/rows.js';
import { ROOMS } from '../schema/tables.js';
import { BackgroundWrites } from './background-writes.js';
import { primaryKey } from './primary-key.js';
import { RowCache } from './row-cache.js';

type Index = 'name' | 'name_key' | 'listed_name' | 'listed_created';

/** New values of fields of a room. */
export type RoomChange = Partial<
  Pick<RoomInfo, 'topic' | 'description' | 'access' | 'joining' | 'posting' | 'archived' | 'owner'>
>;

/** Rooms whose row a process keeps in memory. */
const MAX_CACHED_ROOMS = 5_000;

/** The table `rooms`: the topic and the access of each created room. */
export class RoomTable {
  readonly #database: Database;
  readonly cache: RowCache<RoomRow, RoomInfo, Index>;
  readonly #background: BackgroundWrites;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#background = new BackgroundWrites('rooms', log);
    this.cache = new RowCache<RoomRow, RoomInfo, Index>(
      database,
      {
        table: ROOMS,
        capacity: MAX_CACHED_ROOMS,
        parse: toRoomInfo,
        onRow: (row) => this.#complete(row),
        keyOf: ({ name }) => name,
        select: (table, names) => table.getAll(r.args(names), { index: 'name' }),
        // Of two rows for one room, the stricter one counts.
        prefer: (a, b) => (ACCESS.indexOf(b.access) > ACCESS.indexOf(a.access) ? b : a),
      },
      log,
    );
  }

  /** @throws ChatError `database-unavailable` */
  get(name: string): Promise<RoomInfo | undefined> {
    return this.cache.get(name);
  }

  /** The rooms of these names that have been created. @throws ChatError `database-unavailable` */
  getMany(names: Iterable<string>): Promise<Map<string, RoomInfo>> {
    return this.cache.getMany(names);
  }

  /**
   * Names of created rooms that are not private, in their order, after `name`. A room with several rows may be private
   * nevertheless: see `getMany`.
   * @throws ChatError `database-unavailable`
   */
  async after(name: string | null, limit: number): Promise<string[]> {
    const index = 'listed_name';
    const rest = this.#rows().between(name ?? r.minval, r.maxval, { index, leftBound: 'open' });
    return this.#names(rest.orderBy({ index }).limit(limit));
  }

  /** Names of the rooms that were created last, as of `after`. @throws ChatError `database-unavailable` */
  newest(limit: number): Promise<string[]> {
    const byTime = this.#rows().orderBy({ index: r.desc('listed_created') });
    return this.#names(byTime.limit(limit));
  }

  /** Another created room whose name looks alike, or null. @throws ChatError `database-unavailable` */
  async lookAlike(name: string): Promise<RoomInfo | null> {
    const others = this.#rows()
      .getAll(...nameKeys(name), { index: 'name_key' })
      .filter((row) => storedName(row).ne(name));
    const [other] = await this.#read(others.limit(1));
    return other ?? null;
  }

  /**
   * Resolves when the room is in the table.
   * @throws ChatError `room-exists`, `database-unavailable`
   */
  async create(room: Pick<RoomInfo, 'name' | 'topic' | 'access'> & { by: string }): Promise<void> {
    const { name, topic, access, by } = room;
    const row = {
      id: primaryKey(name),
      name,
      name_key: nameKeys(name),
      topic,
      access,
      created: timeOf(Date.now()),
      created_by: by,
    };
    const result = await this.#database.run(this.#rows().insert(row));
    this.cache.invalidate(name);
    if (result.errors > 0)
      throw new ChatError('room-exists', `there is a room ${JSON.stringify(name)}`, { field: 'name' });
  }

  /**
   * Changes all rows of a room.
   * @param ownedBy only if this user owns the room in the database; default: in any case
   * @returns false if there is no such row @throws ChatError `database-unavailable`
   */
  async change(name: string, { archived, ...fields }: RoomChange, ownedBy?: string): Promise<boolean> {
    const changes = {
      ...fields,
      ...(archived !== undefined && { archived: archived === null ? null : timeOf(archived) }),
    };
    const rows = this.#rows().getAll(name, { index: 'name' });
    const update = rows.update((row) =>
      ownedBy === undefined
        ? changes
        : r.branch(row('owner').default(row('created_by')).default(null).eq(ownedBy), changes, {}),
    );
    const { replaced, unchanged } = await this.#database.run(update);
    this.cache.invalidate(name);
    return ownedBy === undefined ? replaced + unchanged > 0 : replaced > 0;
  }

  async #names(rows: Sequence<RoomRow, Index>): Promise<string[]> {
    return (await this.#read(rows)).map(({ name }) => name);
  }

  #rows(): Table<RoomRow, Index> {
    return this.#database.table(ROOMS);
  }

  async #read(rows: Sequence<RoomRow, Index>): Promise<RoomInfo[]> {
    return (await this.#database.rows(rows)).map(toRoomInfo).filter((room) => room !== null);
  }

  /** Adds the keys of its name to a row that another program has written. */
  #complete(row: RoomRow): void {
    const info = toRoomInfo(row);
    if (!info || typeof row.id !== 'string') return;
    const keys = nameKeys(info.name);
    if (isSameKey(row.name_key, keys)) return;
    const repair = this.#rows()
      .get(row.id)
      .update((stored) => r.branch(storedName(stored).eq(info.name), { name_key: keys }, {}));
    this.#background.add(row.id, () => this.#database.run(repair));
  }
}

const storedName = (row: Datum<RoomRow>) => row('name').default(row('id'));

/** Null for a row without a name. An unknown value restricts the room rather than opening it. */
function toRoomInfo(row: RoomRow): RoomInfo | null {
  const name = row.name ?? row.id;
  if (typeof name !== 'string') return null;
  const { access = 'open', joining = 'self', posting = 'all', archived = null, created_by = null } = row;
  const creator = typeof created_by === 'string' ? created_by : null;
  const owner = row.owner ?? creator;
  return {
    name,
    topic: typeof row.topic === 'string' ? row.topic : '',
    ...(typeof row.description === 'string' && { description: row.description }),
    access: access === 'open' || access === 'members' ? access : 'private',
    joining: joining === 'self' ? joining : 'request',
    posting: posting === 'all' ? posting : 'moderators',
    archived: archived === null ? null : (millisecondsOf(archived) ?? 0),
    created: millisecondsOf(row.created),
    created_by: creator,
    owner: typeof owner === 'string' ? owner : null,
  };
}
