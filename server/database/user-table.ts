import type { Log } from '../log.js';
import type { Message } from '../message.js';
import type { Database } from './database.js';
import { LiveTable } from './live-table.js';
import type { Term } from './reql.js';

/** Somebody with a name of their own choice, which counts for old messages too. */
export interface UserInfo {
  id_user: string;
  name: string;
  /** Anybody may be this user by `/ui/:room?id_user=`; the seeded users are. */
  playground: boolean;
}

interface Row {
  id: string;
  name?: string;
  playground?: boolean;
}

/** The table `users`. */
export class UserTable {
  readonly live: LiveTable<Row, UserInfo>;

  constructor(
    private readonly database: Database,
    log: Log,
  ) {
    this.live = new LiveTable<Row, UserInfo>(
      database,
      { table: 'users', parse: toUserInfo, key: ({ id_user }) => id_user },
      log,
    );
  }

  /** Names that authors have now, where they differ from what their messages say. */
  namesFor(messages: readonly Message[]): Record<string, string> {
    const names: Record<string, string> = {};
    for (const { author } of messages) {
      const now = author.id_user === null ? undefined : this.live.get(author.id_user)?.name;
      if (now !== undefined && now !== author.name) names[author.id_user!] = now;
    }
    return names;
  }

  /** Gives a user a name; resolves when the table has it. @throws ChatError `database-away` */
  async rename(id_user: string, name: string): Promise<void> {
    await this.database.run(
      this.database.table('users').insert({ id: id_user, name }, { conflict: 'update' }),
    );
  }

  /** Gives a name to a user who has none yet. @throws ChatError `database-away` */
  async introduce(id_user: string, name: string): Promise<void> {
    const keep = (_id: Term, present: Term, _new: Term) => present;
    await this.database.run(this.database.table('users').insert({ id: id_user, name }, { conflict: keep }));
  }
}

function toUserInfo(row: Row): UserInfo | null {
  if (typeof row.id !== 'string' || typeof row.name !== 'string') return null;
  return { id_user: row.id, name: row.name, playground: row.playground === true };
}
