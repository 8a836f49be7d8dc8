import { ChatError } from '../errors.js';
import type { Log } from '../log.js';
import type { Message } from '../message.js';
import type { Database } from './database.js';
import { r, type Term } from './reql.js';
import { RowCache } from './row-cache.js';

/** A user with a name of their own choice, which counts for old messages too. */
export interface UserInfo {
  id_user: string;
  name: string;
  /** Any visitor may be this user by `/ui/:room?id_user=`; the seeded users are. */
  playground: boolean;
}

interface Row {
  id: string;
  name?: string;
  playground?: boolean;
}

/** Users whose row, or its absence, a process keeps in memory. */
const CACHED_USERS = 20_000;
/** RethinkDB refuses longer primary keys. */
const MAX_KEY_BYTES = 127;

/** The table `users`: the names that users have chosen. */
export class UserTable {
  readonly cache: RowCache<Row, UserInfo>;

  constructor(
    private readonly database: Database,
    log: Log,
  ) {
    this.cache = new RowCache<Row, UserInfo>(
      database,
      {
        table: 'users',
        capacity: CACHED_USERS,
        parse: toUserInfo,
        key: ({ id_user }) => id_user,
        select: (table, ids) => table.getAll(r.args(ids)),
      },
      log,
    );
  }

  /** @throws ChatError `database-away` */
  async get(id_user: string): Promise<UserInfo | undefined> {
    return isKey(id_user) ? this.cache.get(id_user) : undefined;
  }

  /** Those of some users that have a row. @throws ChatError `database-away` */
  getMany(ids: Iterable<string>): Promise<Map<string, UserInfo>> {
    return this.cache.getMany([...ids].filter(isKey));
  }

  /** The name that a user has chosen; `given` when there is none, or while the database is away. */
  async nameOf({ id_user, name: given }: { id_user: string; name: string }): Promise<string> {
    return (await unlessAway(this.get(id_user)))?.name ?? given;
  }

  /** The current names of authors where they differ from those in their messages; while the database is away, as far as known. */
  async namesFor(messages: readonly Message[]): Promise<Record<string, string>> {
    const ids = new Set(messages.flatMap(({ author: { id_user } }) => id_user ?? []));
    const users = await Promise.all([...ids].map((id_user) => unlessAway(this.get(id_user))));
    const current = new Map(users.flatMap((user) => (user ? [[user.id_user, user.name]] : [])));
    const names: Record<string, string> = {};
    for (const { author } of messages) {
      const name = author.id_user === null ? undefined : current.get(author.id_user);
      if (name !== undefined && name !== author.name) names[author.id_user!] = name;
    }
    return names;
  }

  /** Gives a user a name; resolves when the table has it. @throws ChatError `database-away` */
  async rename(id_user: string, name: string): Promise<void> {
    await this.database.run(this.rows().insert({ id: id_user, name }, { conflict: 'update' }));
    this.cache.invalidate(id_user);
  }

  /** Gives a name to a user who has none yet. @throws ChatError `database-away` */
  async introduce(id_user: string, name: string): Promise<void> {
    if (await this.get(id_user)) return;
    const keep = (_id: Term, present: Term, _new: Term) => present;
    await this.database.run(this.rows().insert({ id: id_user, name }, { conflict: keep }));
    this.cache.invalidate(id_user);
  }

  private rows(): Term {
    return this.database.table('users');
  }
}

/** Whether a text can be a primary key at all. Ids come from requests and from rows that any driver wrote. */
function isKey(id_user: string): boolean {
  return Buffer.byteLength(id_user) <= MAX_KEY_BYTES && !id_user.includes('\0');
}

async function unlessAway<T>(lookup: Promise<T>): Promise<T | undefined> {
  try {
    return await lookup;
  } catch (error) {
    if (error instanceof ChatError && error.code === 'database-away') return undefined;
    throw error;
  }
}

function toUserInfo(row: Row): UserInfo | null {
  if (typeof row.id !== 'string' || typeof row.name !== 'string') return null;
  return { id_user: row.id, name: row.name, playground: row.playground === true };
}
