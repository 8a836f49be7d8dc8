import type { Log } from '../log.js';
import type { Database } from './database.js';
import { LiveTable } from './live-table.js';

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

  /** Gives a user a name; resolves when the table has it. @throws ChatError `database-away` */
  async rename(id_user: string, name: string): Promise<void> {
    await this.database.run(
      this.database.table('users').insert({ id: id_user, name }, { conflict: 'update' }),
    );
  }
}

function toUserInfo(row: Row): UserInfo | null {
  if (typeof row.id !== 'string' || typeof row.name !== 'string') return null;
  return { id_user: row.id, name: row.name, playground: row.playground === true };
}
