import type { Log } from '../log.js';
import type { Position } from '../message.js';
import type { Database } from './database.js';
import { LiveTable } from './live-table.js';
import type { RawTime } from './message-row.js';
import { primaryKey } from './primary-key.js';
import { r, type Term } from './reql.js';

/** Somebody has joined a room. */
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

/** The table `memberships`: who has joined which room, and how far they have read. */
export class MembershipTable {
  readonly live: LiveTable<Row, MembershipInfo>;
  private readonly byUser = new Map<string, Set<string>>();
  private readonly byRoom = new Map<string, Set<string>>();

  constructor(
    private readonly database: Database,
    log: Log,
  ) {
    const key = ({ room, id_user }: MembershipInfo) => keyOf(room, id_user);
    this.live = new LiveTable<Row, MembershipInfo>(
      database,
      { table: 'memberships', parse: toMembership, key },
      log,
    );
    this.live.on('row', (before, after) => {
      if (before && !after) {
        remove(this.byUser, before.id_user, before.room);
        remove(this.byRoom, before.room, before.id_user);
      } else if (after && !before) {
        add(this.byUser, after.id_user, after.room);
        add(this.byRoom, after.room, after.id_user);
      }
    });
  }

  get(room: string, id_user: string): MembershipInfo | undefined {
    return this.live.get(keyOf(room, id_user));
  }

  /** Rooms that a user has joined. */
  roomsOf(id_user: string): Iterable<string> {
    return this.byUser.get(id_user) ?? [];
  }

  /** Users who have joined a room. */
  membersOf(room: string): Iterable<string> {
    return this.byRoom.get(room) ?? [];
  }

  /** Joins; having joined already is no error. @throws ChatError `database-away` */
  async join(room: string, id_user: string): Promise<void> {
    const row = { id: primaryKey(room, id_user), room, id_user, joined: r.epochTime(Date.now() / 1000) };
    const keep = (_id: Term, present: Term, _new: Term) => present;
    await this.database.run(this.database.table('memberships').insert(row, { conflict: keep }));
  }

  /** Leaves; not being a member is no error. @throws ChatError `database-away` */
  async leave(room: string, id_user: string): Promise<void> {
    await this.database.run(this.one(room, id_user).delete());
  }

  /** Notes how far a member has read. Moves only forward; nothing happens for who is no member. @throws ChatError */
  async markRead(room: string, id_user: string, { sent, id }: Position): Promise<void> {
    const time = r.epochTime(sent / 1000);
    const update = this.one(room, id_user).update((row: Term) => {
      const read = row('read').default(null);
      const isForward = read.eq(null).or(r.expr([time, id]).gt([read('sent'), read('id')]));
      return r.branch(isForward, { read: { sent: time, id } }, {});
    });
    await this.database.run(update, { durability: 'soft' });
  }

  private one(room: string, id_user: string): Term {
    return this.database.table('memberships').get(primaryKey(room, id_user));
  }
}

/** JSON keeps the two apart, whatever characters they have. */
const keyOf = (room: string, id_user: string) => JSON.stringify([room, id_user]);

function toMembership(row: Row): MembershipInfo | null {
  const [room, id_user] = Array.isArray(row.id) ? row.id : [row.room, row.id_user];
  if (typeof room !== 'string' || typeof id_user !== 'string') return null;
  const joined = row.joined ? Math.round(row.joined.epoch_time * 1000) : null;
  const read = row.read ? { sent: Math.round(row.read.sent.epoch_time * 1000), id: row.read.id } : null;
  return { room, id_user, joined, read };
}

function add(index: Map<string, Set<string>>, key: string, value: string): void {
  const present = index.get(key);
  if (present) present.add(value);
  else index.set(key, new Set([value]));
}

function remove(index: Map<string, Set<string>>, key: string, value: string): void {
  const present = index.get(key);
  present?.delete(value);
  if (present?.size === 0) index.delete(key);
}
