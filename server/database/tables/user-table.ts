import type { Quotes, User } from '../../protocol/entities.js';
import { ChatError } from '../../protocol/errors.js';
import { mentionedUsers } from '../../protocol/mentions.js';
import { cleanName, type Message } from '../../protocol/message.js';
import { isSameKey, nameKeys } from '../../protocol/text/name-key.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { r } from '../connection/reql.js';
import type { Datum } from '../connection/reql-types.js';
import type { UserRow } from '../schema/rows.js';
import { MEMBERSHIPS, USERS } from '../schema/tables.js';
import { annotationsOf, annotators } from './annotations/annotated-message.js';
import { BackgroundWrites } from './background-writes.js';
import { markedName, refuseReserved, withoutOwnMark } from './chosen-name.js';
import { type Claim, NameClaims, nameTaken } from './name-claims.js';
import { isKey } from './primary-key.js';
import { RowCache } from './row-cache.js';

/** A user with a name, which is shown at old messages too. */
export interface UserInfo {
  id_user: string;
  /** As it is shown: with a mark where another user has claimed a name that looks alike first. */
  name: string;
  /** Without the mark. */
  chosen: string;
  /** When the issuer of tokens gave the name, in milliseconds since 1970; 0 for a name from another source. */
  given: number;
  /** A playground user: `/ui/:room?id_user=` opens a page as this user. The seeded users are playground users. */
  playground: boolean;
}

/** A user as a message, a cookie or a token names them. */
interface Named {
  id_user: string;
  name: string;
}

/** Users whose row, or its absence, a process keeps in memory. */
const MAX_CACHED_USERS = 20_000;
/** Users of which a search selects the members of a room. */
const MAX_SCANNED_USERS = 400;

/** The table `users`: their names. */
export class UserTable {
  readonly cache: RowCache<UserRow, UserInfo, 'name_key'>;
  readonly #database: Database;
  readonly #claims: NameClaims;
  readonly #background: BackgroundWrites;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#claims = new NameClaims(database);
    this.#background = new BackgroundWrites('users', log);
    this.cache = new RowCache<UserRow, UserInfo, 'name_key'>(
      database,
      {
        table: USERS,
        capacity: MAX_CACHED_USERS,
        parse: toUserInfo,
        onRow: (row) => this.#complete(row),
        keyOf: ({ id_user }) => id_user,
        select: (table, ids) => table.getAll(r.args(ids)),
      },
      log,
    );
  }

  /** @throws ChatError `database-unavailable` */
  async get(id_user: string): Promise<UserInfo | undefined> {
    return isKey(id_user) ? this.cache.get(id_user) : undefined;
  }

  /** The users of these ids that have a row. @throws ChatError `database-unavailable` */
  getMany(ids: Iterable<string>): Promise<Map<string, UserInfo>> {
    return this.cache.getMany([...ids].filter(isKey));
  }

  /** The current names of those users who have one, by id; while the database is unavailable, the cached ones. */
  async namesOf(ids: readonly string[]): Promise<Record<string, string>> {
    const users = await Promise.all([...new Set(ids)].map((id_user) => unlessUnavailable(this.get(id_user))));
    return Object.fromEntries(users.flatMap((user) => (user ? [[user.id_user, user.name]] : [])));
  }

  /** Ids of users with a name that is compared as this one, at most `limit`. @throws ChatError `database-unavailable` */
  async idsNamed(name: string, limit: number): Promise<string[]> {
    const keys = nameKeys(name);
    const named = this.#database.table(USERS).getAll(...keys, { index: 'name_key' });
    const ids = await this.#database.run(named.limit(limit)('id').coerceTo('array'));
    return ids.filter((id) => typeof id === 'string');
  }

  /**
   * Users whose name, or a word of it, begins with a text, by this text; at most `limit`.
   * @param members null: all users; otherwise the members of this room
   * @throws ChatError `database-unavailable`
   */
  async startingWith(text: string, members: string | null, limit: number): Promise<User[]> {
    const start = text.toLowerCase();
    const found = this.#database
      .table(USERS)
      .between(start, `${start}\u{10ffff}`, { index: 'name_start' })
      .orderBy({ index: 'name_start' })
      .limit(MAX_SCANNED_USERS);
    const isMember = (row: Datum<UserRow>) =>
      this.#database
        .table(MEMBERSHIPS)
        .getAll([members, row('id')], { index: 'room_user' })
        .isEmpty()
        .not();
    // A user whose name has several words may occur several times.
    const rows = (members === null ? found : found.filter(isMember)).limit(2 * limit);
    const users = (await this.#database.rows(rows)).map(toUserInfo).filter((user) => user !== null);
    const byId = new Map(users.map(({ id_user, name }) => [id_user, { id_user, name }]));
    return [...byId.values()].slice(0, limit);
  }

  /**
   * The current names of authors where they differ from those in their messages, and of users who are mentioned, reacted or
   * pinned; while the database is unavailable, the cached ones.
   */
  async namesFor(messages: readonly Message[], quoted: Quotes = {}): Promise<Record<string, string>> {
    const texts = [...messages, ...Object.values(quoted).filter((quote) => quote !== null)];
    const mentioned = new Set([
      ...texts.flatMap(({ body }) => mentionedUsers(body)),
      ...annotators(messages.map(annotationsOf)),
    ]);
    const ids = new Set([...mentioned, ...texts.flatMap(({ author: { id_user } }) => id_user ?? [])]);
    const users = await Promise.all([...ids].map((id_user) => unlessUnavailable(this.get(id_user))));
    const current = new Map(users.flatMap((user) => (user ? [[user.id_user, user.name]] : [])));
    const names: Record<string, string> = {};
    for (const { author } of texts) {
      const { id_user } = author;
      const name = id_user === null ? undefined : current.get(id_user);
      if (id_user !== null && name !== undefined && name !== author.name) names[id_user] = name;
    }
    for (const id_user of mentioned) {
      const name = current.get(id_user);
      if (name !== undefined) names[id_user] = name;
    }
    return names;
  }

  /**
   * A user under the name that is shown now. While the database is unavailable, that is the name of the cookie or token.
   * @param user as a cookie or token names them
   * @param isGiven the issuer of the token decides on the name; then the row only adds a mark
   */
  async present(user: Named, isGiven: boolean): Promise<Named> {
    const row = await unlessUnavailable(this.get(user.id_user));
    const counts = row !== undefined && (!isGiven || row.chosen === user.name);
    return { id_user: user.id_user, name: counts ? row.name : user.name };
  }

  /**
   * Gives a user the name that they have chosen; resolves when the table has it.
   * @param user with the present name
   * @param name cleaned
   * @returns the user under the name that is shown
   * @throws ChatError `bad-name` for a name that only the server gives, `name-taken` for one that another user has secured,
   * `database-unavailable`
   */
  async rename(user: Named, name: string): Promise<Named> {
    const { id_user } = user;
    const chosen = withoutOwnMark(name, id_user);
    if (chosen !== withoutOwnMark(user.name, id_user)) refuseReserved(chosen);
    return this.#claim(id_user, chosen, { kind: 'chosen' });
  }

  /**
   * Makes sure that no other user has the name of a user, before it is secured.
   * @throws ChatError `bad-name` for a name that the server has given, `name-taken` for one that another user had first,
   * `name-is-given` for a playground user, `database-unavailable`
   */
  async hold({ id_user, name }: Named): Promise<void> {
    const row = await this.get(id_user);
    if (row?.playground)
      throw new ChatError('name-is-given', 'the name of a playground user cannot be secured', {
        field: 'name',
      });
    const chosen = row?.chosen ?? withoutOwnMark(name, id_user);
    refuseReserved(chosen);
    const held = await this.#claim(id_user, chosen, { kind: 'chosen' });
    if (held.name !== chosen) throw nameTaken();
  }

  /** Gives a name to a user who has no name yet. @throws ChatError `database-unavailable` */
  async introduce(id_user: string, name: string): Promise<void> {
    if (!(await this.get(id_user))) await this.#claim(id_user, name, { kind: 'first' });
  }

  /** Gives a name to a user who has no name yet, in the background. */
  noteFirst({ id_user, name }: Named): void {
    this.#background.add(`first ${id_user}`, () => this.introduce(id_user, name));
  }

  /**
   * Stores in the background which name the issuer of tokens gives to a user. A token that was issued before the last
   * stored one changes nothing.
   * @param issued milliseconds since 1970; 0 for a token that states no name, whose name counts only for a user without one
   */
  noteGiven({ id_user, name }: Named, issued: number): void {
    this.#background.add(`given ${id_user}`, async () => {
      const row = await this.get(id_user);
      if (row && (issued === 0 || row.chosen === name || row.given > issued)) return;
      await this.#claim(id_user, name, { kind: 'given', issued });
    });
  }

  async #claim(id_user: string, name: string, claim: Claim): Promise<Named> {
    try {
      const tag = await this.#claims.write(id_user, name, claim);
      return { id_user, name: tag === null ? name : markedName(name, tag) };
    } finally {
      this.cache.invalidate(id_user);
    }
  }

  /** Adds the claim of its name to a row that another program has written. */
  #complete(row: UserRow): void {
    const user = toUserInfo(row);
    if (!user || isSameKey(row.name_key, nameKeys(user.chosen)) || typeof row.name !== 'string') return;
    const { id_user } = user;
    const { name } = row;
    this.#background.add(`found ${id_user}`, () => this.#claim(id_user, name, { kind: 'found' }));
  }
}

async function unlessUnavailable<T>(lookup: Promise<T>): Promise<T | undefined> {
  try {
    return await lookup;
  } catch (error) {
    if (error instanceof ChatError && error.code === 'database-unavailable') return undefined;
    throw error;
  }
}

/** Null for a row without a usable name. */
function toUserInfo(row: UserRow): UserInfo | null {
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
