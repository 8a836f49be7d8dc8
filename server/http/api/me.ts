import { type Endpoint, endpoint } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface MeDependencies {
  visitors: Visitors;
}

const tag = 'People';

const getMe = operation({
  id: 'getMe',
  method: 'get',
  path: '/api/me',
  tag,
  summary: 'Read your identity',
  description:
    'A guest without a cookie or a token becomes a new guest and receives a cookie. For pages of other origins: 401.',
  responses: { 200: { description: 'You', schema: responses.user } },
});

const setName = operation({
  id: 'setName',
  method: 'put',
  path: '/api/me',
  tag,
  summary: 'Change your name',
  description:
    'Your id stays the same. The new name is shown everywhere at once. If it looks like the name of another user, yours gets a mark: `Mia #5f1c`; a name that another user has secured is refused.',
  body: { name: fields.name },
  plainText: 'name',
  responses: { 200: { description: 'You', schema: responses.user } },
  errors: ['bad-name', 'name-is-given', 'name-taken', 'overloaded'],
});

const createGuest = operation({
  id: 'createGuest',
  method: 'post',
  path: '/api/guests',
  tag,
  summary: 'Create a guest',
  description:
    'For clients that keep no cookies, such as pages of other origins: the token authenticates the guest in the header ' +
    '`Authorization: Bearer`, and on sockets. Keep it: it is not shown again.',
  body: { name: fields.name.optional() },
  plainText: 'name',
  responses: { 201: { description: 'The guest', schema: responses.guest } },
  errors: ['bad-name', 'login-required', 'name-taken', 'overloaded', 'database-unavailable', 'storage-full'],
  access: 'public',
});

/** The identity of the sender of a request: `{id_user, name}`. The name can be changed, the id cannot. */
export function meEndpoints({ visitors }: MeDependencies): Endpoint[] {
  return [
    endpoint(getMe, async (_input, req, res) => {
      const identity = await visitors.visitor(req, res);
      res.set('Cache-Control', 'no-store').json(identity);
    }),

    endpoint(setName, async ({ body: { name } }, req, res) => {
      res.set('Cache-Control', 'no-store').json(await visitors.rename(req, res, name));
    }),

    endpoint(createGuest, async ({ body: { name } }, req, res) => {
      res
        .status(201)
        .set('Cache-Control', 'no-store')
        .json(await visitors.createGuest(name, req.ip));
    }),
  ];
}
