import { ChatError } from '../errors.js';
import type { Log } from '../log.js';
import type { Database } from './database.js';
import type { RawTime } from './message-row.js';
import { primaryKey } from './primary-key.js';
import { type Cursor, RAW, r, type Term } from './reql.js';
import { RowCache } from './row-cache.js';

export const ACCESS = ['open', 'members'] as const;
/** `open`: everybody may read and write; `members`: those who have joined. */
export type Access = (typeof ACCESS)[number];

/** A room that was created, with what its creator said of it. Rooms need not be created to be used. */
export interface RoomInfo {
  name: string;
  topic: string;
  access: Access;
  /** Milliseconds since 1970; null where a row written by hand has none. */
  created: number | null;
  created_by: string | null;
}

interface Row {
  id: string;
  /** Where it is not the `id`. */
  name?: string;
  topic?: string;
  access?: Access;
  created?: RawTime;
  created_by?: string | null;
}

/** Rooms whose row a process keeps in memory. */
const CACHED_ROOMS = 5_000;

/** The table `rooms`: the topic and the access of each created room. */
export class RoomTable {
  readonly cache: RowCache<Row, RoomInfo>;

  constructor(
    private readonly database: Database,
    log: Log,
  ) {
    this.cache = new RowCache<Row, RoomInfo>(
      database,
      {
        table: 'rooms',
        capacity: CACHED_ROOMS,
        parse: toRoomInfo,
        key: ({ name }) => name,
        select: (table, names) => table.getAll(r.args(names), { index: 'name' }),
        // Of two rows for one room, the stricter one counts.
        prefer: (a, b) => (b.access === 'members' ? b : a),
      },
      log,
    );
  }

  /** @throws ChatError `database-away` */
  get(name: string): Promise<RoomInfo | undefined> {
    return this.cache.get(name);
  }

  /** Those of some rooms that have been created. @throws ChatError `database-away` */
  getMany(names: Iterable<string>): Promise<Map<string, RoomInfo>> {
    return this.cache.getMany(names);
  }

  /** Created rooms in the order of their names, after `name`. @throws ChatError `database-away` */
  after(name: string | null, limit: number): Promise<RoomInfo[]> {
    const lower = name ?? r.minval;
    const range = { index: 'name', leftBound: 'open' };
    return this.read(this.rows().between(lower, r.maxval, range).orderBy({ index: 'name' }).limit(limit));
  }

  /** The rooms that were created last. @throws ChatError `database-away` */
  newest(limit: number): Promise<RoomInfo[]> {
    return this.read(
      this.rows()
        .orderBy({ index: r.desc('created') })
        .limit(limit),
    );
  }

  /**
   * Resolves when the room is in the table.
   * @throws ChatError `room-exists`, `database-away`
   */
  async create(room: Pick<RoomInfo, 'name' | 'topic' | 'access'> & { by: string }): Promise<RoomInfo> {
    const { name, topic, access, by } = room;
    const created = Date.now();
    const row = {
      id: primaryKey(name),
      name,
      topic,
      access,
      created: r.epochTime(created / 1000),
      created_by: by,
    };
    const result = await this.database.run<{ errors: number }>(this.rows().insert(row));
    this.cache.invalidate(name);
    if (result.errors > 0)
      throw new ChatError('room-exists', `there is a room ${JSON.stringify(name)}`, { field: 'name' });
    return { name, topic, access, created, created_by: by };
  }

  private rows(): Term {
    return this.database.table('rooms');
  }

  private async read(rows: Term): Promise<RoomInfo[]> {
    const cursor = await this.database.run<Cursor<Row>>(rows, RAW);
    return (await cursor.toArray()).map(toRoomInfo).filter((room) => room !== null);
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
