import { type RequestHandler, Router } from 'express';
import { TOKEN_COOKIE } from '../../auth/credentials.js';
import { GUEST_COOKIE } from '../../auth/guest.js';
import { notFound } from '../middleware/problems.js';
import { sameOrigin } from '../middleware/same-origin.js';
import { describeApi, type OpenApi } from '../openapi/document.js';
import { type Endpoint, serve } from '../openapi/serve.js';
import { type BotEndpointsDependencies, botEndpoints } from './bots.js';
import { type DocsDependencies, docsEndpoints, version } from './docs.js';
import { type EventsDependencies, eventEndpoints } from './events.js';
import { type MeDependencies, meEndpoints } from './me.js';
import { type PresenceDependencies, presenceEndpoints } from './presence.js';
import {
  briefPresentUsersEndpoints,
  type PresentUsersDependencies,
  presentUsersEndpoints,
  serveAtRoot,
} from './present-users.js';
import * as answers from './response-schemas.js';
import { messageEndpoints, type RoomMessagesDependencies } from './room-messages.js';
import { type RoomsDependencies, roomEndpoints } from './rooms.js';
import { type UsersDependencies, userEndpoints } from './users.js';

export type ApiDependencies = BotEndpointsDependencies &
  DocsDependencies &
  EventsDependencies &
  MeDependencies &
  PresenceDependencies &
  PresentUsersDependencies &
  RoomMessagesDependencies &
  RoomsDependencies &
  UsersDependencies;

/**
 * Everything for programs: what is under `/api`, and `/:room/users`. docs/api.md explains it; `/api/openapi.json` is
 * made of the very endpoints that are served. Errors are left to `problemHandler`.
 */
export function apiRouter(parts: ApiDependencies): Router {
  const underApi = [
    ...roomEndpoints(parts),
    ...messageEndpoints(parts),
    ...eventEndpoints(parts),
    ...meEndpoints(parts),
    ...presentUsersEndpoints(parts),
    ...userEndpoints(parts),
    ...presenceEndpoints(parts),
    ...botEndpoints(parts),
    ...docsEndpoints(parts, () => document),
  ];
  const atRoot = briefPresentUsersEndpoints(parts);
  const document = describe([...underApi, ...atRoot]);
  return Router()
    .use('/api', asDeclared, sameOrigin)
    .use(serve(underApi))
    .use('/api', notFound)
    .use(serveAtRoot(atRoot));
}

function describe(endpoints: Endpoint[]): OpenApi {
  const operations = endpoints.map(({ operation }) => operation);
  const cookies = { guest: GUEST_COOKIE, token: TOKEN_COOKIE };
  return describeApi(operations, { version: version(), problem: answers.problem, cookies });
}

/** What users wrote is never taken for anything but what `Content-Type` says. */
const asDeclared: RequestHandler = (_req, res, next) => {
  res.set('X-Content-Type-Options', 'nosniff');
  next();
};
