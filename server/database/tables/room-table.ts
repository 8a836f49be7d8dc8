import { ChatError } from '../../protocol/errors.js';
import type { RoomAccess, RoomInfo } from '../../protocol/room.js';
import { isSameKey, nameKeys } from '../../protocol/text/name-key.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { type DriverCursor, RAW, r, type Term } from '../connection/reql.js';
import { primaryKey } from '../schema/primary-key.js';
import { BackgroundWrites } from './background-writes.js';
import type { RawTime } from './message-row.js';
import { RowCache } from './row-cache.js';
import { NAME_INDEX } from './row-indexes.js';

interface Row {
  id: string;
  /** Where it is not the `id`. */
  name?: string;
  name_key?: unknown;
  topic?: string;
  access?: RoomAccess;
  created?: RawTime;
  created_by?: string | null;
}

/** Rooms whose row a process keeps in memory. */
const CACHED_ROOMS = 5_000;

/** The table `rooms`: the topic and the access of each created room. */
export class RoomTable {
  readonly #database: Database;
  readonly cache: RowCache<Row, RoomInfo>;
  readonly #background: BackgroundWrites;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#background = new BackgroundWrites('rooms', log);
    this.cache = new RowCache<Row, RoomInfo>(
      database,
      {
        table: 'rooms',
        capacity: CACHED_ROOMS,
        parse: toRoomInfo,
        read: (row) => this.#complete(row),
        key: ({ name }) => name,
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

  /** Those of some rooms that have been created. @throws ChatError `database-unavailable` */
  getMany(names: Iterable<string>): Promise<Map<string, RoomInfo>> {
    return this.cache.getMany(names);
  }

  /** Created rooms in the order of their names, after `name`. @throws ChatError `database-unavailable` */
  after(name: string | null, limit: number): Promise<RoomInfo[]> {
    const lower = name ?? r.minval;
    const range = { index: 'name', leftBound: 'open' };
    return this.#read(this.#rows().between(lower, r.maxval, range).orderBy({ index: 'name' }).limit(limit));
  }

  /** The rooms that were created last. @throws ChatError `database-unavailable` */
  newest(limit: number): Promise<RoomInfo[]> {
    return this.#read(
      this.#rows()
        .orderBy({ index: r.desc('created') })
        .limit(limit),
    );
  }

  /** The name of a created room that looks like this one, and is another; null without one. @throws ChatError `database-unavailable` */
  async lookAlike(name: string): Promise<string | null> {
    const found = this.#database
      .table('rooms')
      .getAll(...nameKeys(name), { index: NAME_INDEX.name })
      .map((row: Term) => row('name').default(row('id')))
      .filter((other: Term) => other.ne(name))
      .limit(1)
      .coerceTo('array');
    return (await this.#database.run<string[]>(found))[0] ?? null;
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
      created: r.epochTime(created / 1000),
      created_by: by,
    };
    const result = await this.#database.run<{ errors: number }>(this.#rows().insert(row));
    this.cache.invalidate(name);
    if (result.errors > 0)
      throw new ChatError('room-exists', `there is a room ${JSON.stringify(name)}`, { field: 'name' });
    return { name, topic, access, created, created_by: by };
  }

  #rows(): Term {
    return this.#database.table('rooms');
  }

  async #read(rows: Term): Promise<RoomInfo[]> {
    const cursor = await this.#database.run<DriverCursor<Row>>(rows, RAW);
    return (await cursor.toArray()).map(toRoomInfo).filter((room) => room !== null);
  }

  /** Adds the keys of its name to a row that another program has written. */
  #complete(row: Row): void {
    const info = toRoomInfo(row);
    if (!info) return;
    const keys = nameKeys(info.name);
    if (isSameKey(row.name_key, keys)) return;
    const named = (one: Term) => one('name').default(one('id')).eq(info.name);
    const repair = this.#rows()
      .get(row.id)
      .update((one: Term) => r.branch(named(one), { name_key: keys }, {}));
    this.#background.add(row.id, () => this.#database.run(repair));
  }
}

function toRoomInfo(row: Row): RoomInfo | null {
  const name = row.name ?? row.id;
  if (typeof name !== 'string') return null;
  return {
    name,
    topic: typeof row.topic === 'string' ? row.topic : '',
    // An unknown kind of access locks the room rather than opening it.
    access: row.access === undefined || row.access === 'open' ? 'open' : 'members',
    created: row.created ? Math.round(row.created.epoch_time * 1000) : null,
    created_by: row.created_by ?? null,
  };
}
