import type { UserTable } from '../database/tables/user-table.js';
import { ChatError } from '../protocol/errors.js';
import type { Identity } from './guest.js';

export interface PlaygroundOptions {
  /** False: every request is refused. */
  isOn: boolean;
}

const SEEDING = 'The command npm run seed creates the users 1 to 10';

/**
 * Playground mode: an address selects the user of a page or a socket (`?id_user=1`), without a proof. Only users whose row
 * says `playground: true` can be selected, such as the seeded ones; a guest, or a user of an account, never has such a row
 * unless a program with access to the database writes it.
 */
export class Playground {
  readonly #users: Pick<UserTable, 'get'>;
  readonly #options: PlaygroundOptions;

  constructor(users: Pick<UserTable, 'get'>, options: PlaygroundOptions) {
    this.#users = users;
    this.#options = options;
  }

  /**
   * The user with this id.
   * @param id_user as an address names it
   * @throws ChatError `playground-off`, `no-such-user`, `database-unavailable`
   */
  async user(id_user: unknown): Promise<Identity> {
    if (!this.#options.isOn)
      throw new ChatError('playground-off', 'this server has no playground users (PLAYGROUND=false)');
    if (id_user === undefined)
      throw new ChatError('no-such-user', `the address names no user, as ?id_user=1 does. ${SEEDING}`, {
        field: 'id_user',
      });
    const user = typeof id_user === 'string' ? await this.#users.get(id_user) : undefined;
    if (!user?.playground)
      throw new ChatError('no-such-user', `no playground user has this id. ${SEEDING}`, { field: 'id_user' });
    return { id_user: user.id_user, name: user.name };
  }
}
