import { ChatError } from '../errors.js';
import type { Log } from '../log.js';
import { isSameKey, nameKeys } from '../text/name-key.js';
import { BackgroundWrites } from './background-writes.js';
import type { Database } from './database.js';
import { LiveTable } from './live-table.js';
import type { RawTime } from './message-row.js';
import { primaryKey } from './primary-key.js';
import { r, type Term } from './reql.js';

/** The index of created rooms by what their names look like. */
export const ROOM_NAME_INDEX = { name: 'name_key', definition: r.row('name_key'), options: { multi: true } };

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
  name_key?: unknown;
  topic?: string;
  access?: Access;
  created?: RawTime;
  created_by?: string | null;
}

/** The table `rooms`: what has been said of rooms. */
export class RoomTable {
  readonly live: LiveTable<Row, RoomInfo>;
  private readonly background: BackgroundWrites;

  constructor(
    private readonly database: Database,
    log: Log,
  ) {
    this.background = new BackgroundWrites('rooms', log);
    this.live = new LiveTable<Row, RoomInfo>(
      database,
      { table: 'rooms', parse: (row) => this.seen(row), key: ({ name }) => name },
      log,
    );
  }

  get(name: string): RoomInfo | undefined {
    return this.live.get(name);
  }

  /** The name of a created room that looks like this one, and is another; null without one. @throws ChatError `database-away` */
  async lookAlike(name: string): Promise<string | null> {
    const found = this.database
      .table('rooms')
      .getAll(...nameKeys(name), { index: ROOM_NAME_INDEX.name })
      .map((row: Term) => row('name').default(row('id')))
      .filter((other: Term) => other.ne(name))
      .limit(1)
      .coerceTo('array');
    return (await this.database.run<string[]>(found))[0] ?? null;
  }

  /**
   * Resolves when the room is in the table; `live` has it a moment later.
   * @throws ChatError `room-exists`, `database-away`
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
    const result = await this.database.run<{ errors: number }>(this.database.table('rooms').insert(row));
    if (result.errors > 0)
      throw new ChatError('room-exists', `there is a room ${JSON.stringify(name)}`, { field: 'name' });
    return { name, topic, access, created, created_by: by };
  }

  /** Rows that another program has written get what the server adds to a name. */
  private seen(row: Row): RoomInfo | null {
    const info = toRoomInfo(row);
    const keys = info && nameKeys(info.name);
    if (keys && !isSameKey(row.name_key, keys)) {
      const named = (one: Term) => one('name').default(one('id')).eq(info.name);
      const repair = this.database
        .table('rooms')
        .get(row.id)
        .update((one: Term) => r.branch(named(one), { name_key: keys }, {}));
      this.background.add(row.id, () => this.database.run(repair));
    }
    return info;
  }
}

function toRoomInfo(row: Row): RoomInfo | null {
  const name = row.name ?? row.id;
  if (typeof name !== 'string') return null;
  return {
    name,
    topic: typeof row.topic === 'string' ? row.topic : '',
    // What cannot be understood is rather closed than open.
    access: row.access === undefined || row.access === 'open' ? 'open' : 'members',
    created: row.created ? Math.round(row.created.epoch_time * 1000) : null,
    created_by: row.created_by ?? null,
  };
}
