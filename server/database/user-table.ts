import { markedName, refuseReserved, withoutOwnMark } from '../chosen-name.js';
import type { Log } from '../log.js';
import { cleanName, type Message } from '../message.js';
import { isSameKey, nameKeys } from '../text/name-key.js';
import { BackgroundWrites } from './background-writes.js';
import type { Database } from './database.js';
import { LiveTable } from './live-table.js';
import { type Claim, NameClaims } from './name-claims.js';

/** A user with a name, which counts for old messages too. */
export interface UserInfo {
  id_user: string;
  /** As it is shown: with a mark where another user has claimed a name that looks alike first. */
  name: string;
  /** Without the mark. */
  chosen: string;
  /** When the issuer of tokens gave the name, in milliseconds since 1970; 0 for a name of another kind. */
  given: number;
  /** Anybody may be this user by `/ui/:room?id_user=`; the seeded users are. */
  playground: boolean;
}

interface Row {
  id: string;
  name?: string;
  name_key?: unknown;
  tag?: unknown;
  given?: unknown;
  playground?: boolean;
}

/** A user as a message, a cookie or a token names them. */
interface Named {
  id_user: string;
  name: string;
}

/** The table `users`. */
export class UserTable {
  readonly live: LiveTable<Row, UserInfo>;
  private readonly claims: NameClaims;
  private readonly background: BackgroundWrites;

  constructor(database: Database, log: Log) {
    this.claims = new NameClaims(database);
    this.background = new BackgroundWrites('users', log);
    this.live = new LiveTable<Row, UserInfo>(
      database,
      { table: 'users', parse: (row) => this.seen(row), key: ({ id_user }) => id_user },
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

  /**
   * A user under the name that is shown now.
   * @param user as a cookie or token names them
   * @param isGiven the issuer of the token decides on the name; then the row adds nothing but a mark
   */
  present(user: Named, isGiven: boolean): Named {
    const row = this.live.get(user.id_user);
    const counts = row !== undefined && (!isGiven || row.chosen === user.name);
    return { id_user: user.id_user, name: counts ? row.name : user.name };
  }

  /**
   * Gives a user the name that they have chosen; resolves when the table has it.
   * @param user with the present name
   * @param name cleaned
   * @returns the user under the name that is shown
   * @throws ChatError `bad-name` for a name that only the server gives, `database-away`
   */
  async rename(user: Named, name: string): Promise<Named> {
    const { id_user } = user;
    const chosen = withoutOwnMark(name, id_user);
    if (chosen !== withoutOwnMark(user.name, id_user)) refuseReserved(chosen);
    return this.claim(id_user, chosen, { kind: 'chosen' });
  }

  /** Gives a name to a user who has none yet. @throws ChatError `database-away` */
  async introduce(id_user: string, name: string): Promise<void> {
    await this.claim(id_user, name, { kind: 'first' });
  }

  /**
   * Notes in the background which name the issuer of tokens gives to a user. A token issued before the one that was
   * noted last changes nothing.
   * @param issued milliseconds since 1970
   */
  noteGiven({ id_user, name }: Named, issued: number): void {
    const row = this.live.get(id_user);
    if (row && (row.chosen === name || row.given > issued)) return;
    this.background.add(`given ${id_user}`, () =>
      this.claims.write(id_user, name, { kind: 'given', issued }),
    );
  }

  private async claim(id_user: string, name: string, claim: Claim): Promise<Named> {
    const tag = await this.claims.write(id_user, name, claim);
    return { id_user, name: tag === null ? name : markedName(name, tag) };
  }

  /** Rows that another program has written get what the server adds to a name. */
  private seen(row: Row): UserInfo | null {
    const user = toUserInfo(row);
    if (user && !isSameKey(row.name_key, nameKeys(user.chosen))) {
      const name = row.name!;
      this.background.add(`found ${row.id}`, () => this.claims.write(row.id, name, { kind: 'found' }));
    }
    return user;
  }
}

/** Null for a row without a usable name. */
function toUserInfo(row: Row): UserInfo | null {
  if (typeof row.id !== 'string' || typeof row.name !== 'string') return null;
  const chosen = usable(row.name);
  if (chosen === null) return null;
  return {
    id_user: row.id,
    name: typeof row.tag === 'string' ? markedName(chosen, row.tag) : chosen,
    chosen,
    given: typeof row.given === 'number' ? row.given : 0,
    playground: row.playground === true,
  };
}

function usable(name: string): string | null {
  try {
    return cleanName(name);
  } catch {
    return null;
  }
}
