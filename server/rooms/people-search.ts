import type { AccessControl } from '../access/access-control.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import type { User } from '../protocol/entities.js';

export interface PeopleSearchDependencies {
  access: Pick<AccessControl, 'authorise' | 'may'>;
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
   * In a room that everyone can read all users with a name, in others its members.
   * @param address of the reader, for limits
   * @throws ChatError the refusal to read the room, `rate-limited`, `overloaded`, `database-unavailable`
   */
  async find(room: string, start: string, reader: string, address: string | undefined): Promise<User[]> {
    const { access, limits, users } = this.#dependencies;
    await limits.search(reader, address);
    await access.authorise(room, reader, 'read');
    return limits.searches.run(address, async () => {
      const isOpen = await this.#isOpen(room);
      const found = await users.startingWith(start, isOpen ? null : room, MAX_FOUND_PEOPLE);
      // A right may have ended, or the access of the room may have changed, during the query.
      await access.authorise(room, reader, 'read');
      return isOpen === (await this.#isOpen(room)) ? found : [];
    });
  }

  #isOpen(room: string): Promise<boolean> {
    return this.#dependencies.access.may(room, '', 'read');
  }
}
