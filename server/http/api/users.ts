import { z } from 'zod';
import type { UserTable } from '../../database/tables/user-table.js';
import { ChatError } from '../../protocol/errors.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface UsersDependencies {
  users: UserTable;
  visitors: Visitors;
}

const tag = 'People';

const getUsers = operation({
  id: 'getUsers',
  method: 'get',
  path: '/api/users',
  tag,
  summary: 'Names of users',
  query: { id: fields.userIds },
  responses: {
    200: { description: 'In the order of the request, without unknown ids', schema: z.array(responses.user) },
  },
  errors: ['bad-limit'],
});

const getUser = operation({
  id: 'getUser',
  method: 'get',
  path: '/api/users/:id',
  tag,
  summary: 'The name of a user',
  params: { id: fields.userId },
  responses: { 200: { description: 'The user', schema: responses.user } },
  errors: ['no-such-user'],
});

/** Names of users by id, for clients that have received ids only, such as from the list of present users. */
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
      if (!user) throw new ChatError('no-such-user', 'no user has this id', { field: 'id' });
      res.set('Cache-Control', 'no-cache').json(user);
    }),
  ];
}
