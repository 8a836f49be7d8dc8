import type { UserTable } from '../../database/tables/user-table.js';
import { ChatError } from '../../protocol/errors.js';
import { type Endpoint, endpoint } from '../openapi/serve.js';
import type { Visitors } from '../visitors.js';
import { getUser, getUsers } from './operations/people.js';

export interface UsersDependencies {
  users: UserTable;
  visitors: Visitors;
}

/** Names of users by id, for those who got nothing but ids, as from the list of who is in a room. */
export function userEndpoints({ users, visitors }: UsersDependencies): Endpoint[] {
  async function find(ids: string[]): Promise<{ id_user: string; name: string }[]> {
    const found = await users.getMany(ids);
    return ids.flatMap((id) => {
      const user = found.get(id);
      return user ? [{ id_user: user.id_user, name: user.name }] : [];
    });
  }

  return [
    endpoint(getUsers, async ({ query: { id } }, req, res) => {
      await visitors.reader(req);
      res.set('Cache-Control', 'no-cache').json(await find(id));
    }),

    endpoint(getUser, async ({ params: { id } }, req, res) => {
      await visitors.reader(req);
      const [user] = await find([id]);
      if (!user) throw new ChatError('no-such-user', 'nobody has this id', { field: 'id' });
      res.set('Cache-Control', 'no-cache').json(user);
    }),
  ];
}
