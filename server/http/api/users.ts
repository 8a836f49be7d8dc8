import { z } from 'zod';
import type { UserTable } from '../../database/tables/user-table.js';
import { ChatError } from '../../protocol/errors.js';
import { MAX_FOUND_PEOPLE, type PeopleSearch } from '../../rooms/people-search.js';
import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface UsersDependencies {
  peopleSearch: Pick<PeopleSearch, 'find'>;
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
  description: `Of users by \`id\`, or of those whose name, or a word of it, begins with \`prefix\`: at most ${MAX_FOUND_PEOPLE} that a message in \`room\` can mention. These are all users in an open room, and its members in a room for members.`,
  anyRequired: ['id', 'prefix'],
  query: { id: fields.userIds, prefix: fields.namePrefix, room: fields.roomOfPeople },
  responses: {
    200: {
      description: 'In the order of the request, without unknown ids, or by name',
      schema: z.array(responses.user),
    },
  },
  errors: ['bad-limit', 'bad-room', 'bad-name', 'not-a-member', 'overloaded'],
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
export function userEndpoints({ peopleSearch, users, visitors }: UsersDependencies): Endpoint[] {
  async function find(ids: string[]): Promise<{ id_user: string; name: string }[]> {
    const found = await users.getMany(ids);
    return ids.flatMap((id) => {
      const user = found.get(id);
      return user ? [{ id_user: user.id_user, name: user.name }] : [];
    });
  }

  return [
    endpoint(getUsers, async ({ query: { id, prefix, room } }, req, res) => {
      const reader = await visitors.reader(req);
      if ((id === undefined) === (prefix === undefined))
        throw new ChatError('bad-request', 'either id or prefix is needed', { field: 'id' });
      if (prefix !== undefined && room === undefined)
        throw new ChatError('bad-request', 'room is missing', { field: 'room' });
      const found =
        prefix !== undefined && room !== undefined
          ? await peopleSearch.find(room, prefix, reader, req.ip)
          : await find(id ?? []);
      res.set('Cache-Control', 'no-cache').json(found);
    }),

    endpoint(getUser, async ({ params: { id } }, req, res) => {
      await visitors.reader(req);
      const [user] = await find([id]);
      if (!user) throw new ChatError('no-such-user', 'no user has this id', { field: 'id' });
      res.set('Cache-Control', 'no-cache').json(user);
    }),
  ];
}
