import { Router } from 'express';
import { z } from 'zod';
import { requireSecret } from '../../auth/secrets.js';
import type { Config } from '../../config/config.js';
import type { Presence } from '../../presence/presence.js';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import { OWN_SEGMENTS } from '../gate/shared-paths.js';
import { type Endpoint, endpoint, serve } from '../openapi/endpoint.js';
import { operation } from '../openapi/operation.js';
import type { Visitors } from '../visitors.js';
import * as fields from './schemas/request-fields.js';
import * as responses from './schemas/response-schemas.js';

export interface PresenceDependencies {
  config: Pick<Config, 'presenceTokens'>;
  directory: RoomDirectory;
  presence: Presence;
  visitors: Visitors;
}

const tag = 'People';

const present = {
  method: 'get',
  tag,
  params: { room: fields.room },
  responses: {
    200: {
      description: 'Every socket in the room, over all processes',
      schema: z.array(responses.presentUser),
      headers: { 'Presence-Partial': '`true` while the presence of other processes is not known' },
    },
  },
  errors: ['bad-room', 'not-a-member'],
} as const;

const listPresent = operation({
  ...present,
  id: 'listPresent',
  path: '/api/rooms/:room/users',
  summary: 'List the users in a room',
});

const listPresentBriefly = operation({
  ...present,
  id: 'listPresentBriefly',
  path: '/:room/users',
  summary: 'List the users in a room, at a shorter address',
  description:
    'Does not serve rooms whose name is the first segment of another address of this server, such as `api` or `r`.',
});

const summarisePresence = operation({
  id: 'summarisePresence',
  method: 'get',
  path: '/api/presence/summary',
  tag,
  summary: 'Count users and sockets per room',
  description: 'Needs `PRESENCE_SUMMARY_TOKEN`; this address does not exist where it is not set.',
  responses: {
    200: {
      description: 'Counts of all rooms that are not empty; private rooms count in the totals only',
      schema: responses.summary,
    },
  },
  access: 'secret',
});

const flushPresence = operation({
  id: 'flushPresence',
  method: 'post',
  path: '/api/presence/flush',
  tag,
  summary: 'Drop the entries of crashed processes',
  description:
    'Such entries are not shown and expire on their own. Needs `PRESENCE_FLUSH_TOKEN`; this address does not exist where it is not set.',
  responses: {
    200: {
      description: 'The number of dropped entries',
      schema: z.object({ dropped: z.int().meta({ examples: [0] }) }),
    },
  },
  access: 'secret',
});

/** Presence over all processes: the users in a room, and counts for operators. */
export function presenceEndpoints(dependencies: PresenceDependencies): Endpoint[] {
  const { config, directory, presence } = dependencies;
  return [
    listEndpoint(dependencies, listPresent),

    endpoint(summarisePresence, async (_input, req, res) => {
      requireSecret(config.presenceTokens.summary, req.get('authorization'));
      const { rooms, ...totals } = await presence.summary();
      const listed = await directory.listed(Object.keys(rooms));
      const shown = Object.fromEntries(Object.entries(rooms).filter(([name]) => listed.has(name)));
      res.set('Cache-Control', 'no-store').json({ ...totals, rooms: shown });
    }),

    endpoint(flushPresence, async (_input, req, res) => {
      requireSecret(config.presenceTokens.flush, req.get('authorization'));
      res.set('Cache-Control', 'no-store').json({ dropped: await presence.flush() });
    }),
  ];
}

/** The users in a room at `/:room/users`. */
export function rootEndpoints(dependencies: PresenceDependencies): Endpoint[] {
  return [listEndpoint(dependencies, listPresentBriefly)];
}

/** Serves endpoints at the root, except at addresses that begin like one of the server's own. */
export function serveAtRoot(endpoints: Endpoint[]): Router {
  return Router()
    .use('/:first/*rest', (req, _res, next) =>
      next(OWN_SEGMENTS.has(req.params.first.toLowerCase()) ? 'router' : undefined),
    )
    .use(serve(endpoints));
}

function listEndpoint(
  { directory, visitors }: PresenceDependencies,
  operation: typeof listPresent | typeof listPresentBriefly,
): Endpoint {
  return endpoint(operation, async ({ params: { room } }, req, res) => {
    const { users, partial } = await directory.present(room, await visitors.reader(req));
    // The rows have these two fields only; a header says that rows may be missing.
    if (partial) res.set('Presence-Partial', 'true');
    res
      .set('Cache-Control', 'no-cache')
      .json(users.map(({ id_socket, id_user }) => ({ id_socket, id_user })));
  });
}
