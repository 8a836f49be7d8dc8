import type { AccessControl } from '../access/access-control.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import type { User } from '../protocol/entities.js';

export interface PeopleSearchDependencies {
  access: Pick<AccessControl, 'check' | 'isForMembers'>;
  limits: Pick<Limits, 'search' | 'searches'>;
  users: Pick<UserTable, 'startingWith'>;
}

/** People that one search finds. */
export const MAX_FOUND_PEOPLE = 10;

/** Finds people that a message of a room can mention, by the beginnings of their names. */
export class PeopleSearch {
  readonly #dependencies: PeopleSearchDependencies;

  constructor(dependencies: PeopleSearchDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * In an open room all users with a name, in a room for members its members.
   * @param address of the reader, for limits
   * @throws ChatError `not-a-member`, `rate-limited`, `overloaded`, `database-unavailable`
   */
  async find(room: string, start: string, reader: string, address: string | undefined): Promise<User[]> {
    const { access, limits, users } = this.#dependencies;
    await limits.search(reader, address);
    await access.check(room, reader);
    return limits.searches.run(address, async () => {
      const isForMembers = await access.isForMembers(room);
      const found = await users.startingWith(start, isForMembers ? room : null, MAX_FOUND_PEOPLE);
      // A right may have ended, or the room may have become one for members, during the query.
      await access.check(room, reader);
      return isForMembers === (await access.isForMembers(room)) ? found : [];
    });
  }
}
