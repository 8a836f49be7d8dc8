import { Router } from 'express';
import type { RoomDirectory } from '../../rooms/room-directory.js';
import { type Endpoint, endpoint, serve } from '../openapi/serve.js';
import type { Visitors } from '../visitors.js';
import { listPresent, listPresentBriefly } from './operations/people.js';

export interface PresentUsersDependencies {
  directory: RoomDirectory;
  visitors: Visitors;
}

/** First segments of our own addresses, which are no rooms' names in `/:room/users`. */
const OWN = new Set([
  'api',
  'healthz',
  'icons',
  'metrics',
  'name',
  'primus',
  'r',
  'readyz',
  'rooms',
  'static',
  'ui',
]);

/** Who is in a room now: `[{id_socket, id_user}, …]`, over all processes. */
export function presentUsersEndpoints(parts: PresentUsersDependencies): Endpoint[] {
  return [listUsers(parts, listPresent)];
}

/** The same at the root of the server. */
export function briefPresentUsersEndpoints(parts: PresentUsersDependencies): Endpoint[] {
  return [listUsers(parts, listPresentBriefly)];
}

/** Serves what stands at the root, but no address that begins like one of our own. */
export function serveAtRoot(endpoints: Endpoint[]): Router {
  return Router()
    .use('/:first/*rest', (req, _res, next) =>
      next(OWN.has(req.params.first!.toLowerCase()) ? 'router' : undefined),
    )
    .use(serve(endpoints));
}

function listUsers(
  { directory, visitors }: PresentUsersDependencies,
  operation: typeof listPresent | typeof listPresentBriefly,
): Endpoint {
  return endpoint(operation, async ({ params: { room } }, req, res) => {
    const { users, partial } = await directory.present(room, await visitors.reader(req));
    // The list is nothing but these two fields; that somebody may be missing is told beside it.
    if (partial) res.set('Presence-Partial', 'true');
    res
      .set('Cache-Control', 'no-cache')
      .json(users.map(({ id_socket, id_user }) => ({ id_socket, id_user })));
  });
}
