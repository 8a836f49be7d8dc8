import { ChatError } from '../../protocol/errors.js';
import type { RoomInfo } from '../../protocol/room.js';
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

type Index = 'name' | 'created' | 'name_key';

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
        prefer: (a, b) => (b.access === 'members' ? b : a),
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

  /** Created rooms in the order of their names, after `name`. @throws ChatError `database-unavailable` */
  after(name: string | null, limit: number): Promise<RoomInfo[]> {
    const rest = this.#rows().between(name ?? r.minval, r.maxval, { index: 'name', leftBound: 'open' });
    return this.#read(rest.orderBy({ index: 'name' }).limit(limit));
  }

  /** The rooms that were created last. @throws ChatError `database-unavailable` */
  newest(limit: number): Promise<RoomInfo[]> {
    return this.#read(
      this.#rows()
        .orderBy({ index: r.desc('created') })
        .limit(limit),
    );
  }

  /** The name of another created room whose name looks alike, or null. @throws ChatError `database-unavailable` */
  async lookAlike(name: string): Promise<string | null> {
    const others = this.#rows()
      .getAll(...nameKeys(name), { index: 'name_key' })
      .filter((row) => storedName(row).ne(name));
    const [other] = await this.#read(others.limit(1));
    return other?.name ?? null;
  }

  /**
   * Resolves when the room is in the table.
   * @throws ChatError `room-exists`, `database-unavailable`
   */
  async create(room: Pick<RoomInfo, 'name' | 'topic' | 'access'> & { by: string }): Promise<RoomInfo> {
    const { name, topic, access, by } = room;
    const created = Date.now();
    const row = {
      id: primaryKey(name),
      name,
      name_key: nameKeys(name),
      topic,
      access,
      created: timeOf(created),
      created_by: by,
    };
    const result = await this.#database.run(this.#rows().insert(row));
    this.cache.invalidate(name);
    if (result.errors > 0)
      throw new ChatError('room-exists', `there is a room ${JSON.stringify(name)}`, { field: 'name' });
    return { name, topic, access, created, created_by: by };
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

/** Null for a row without a name. */
function toRoomInfo(row: RoomRow): RoomInfo | null {
  const name = row.name ?? row.id;
  if (typeof name !== 'string') return null;
  return {
    name,
    topic: typeof row.topic === 'string' ? row.topic : '',
    // An unknown kind of access locks the room rather than opening it.
    access: row.access === undefined || row.access === 'open' ? 'open' : 'members',
    created: millisecondsOf(row.created),
    created_by: typeof row.created_by === 'string' ? row.created_by : null,
  };
}
