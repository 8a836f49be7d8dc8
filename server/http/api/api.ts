import { type RequestHandler, Router } from 'express';
import { TOKEN_COOKIE } from '../../auth/credentials.js';
import { GUEST_COOKIE } from '../../auth/guest.js';
import { notFound } from '../middleware/problems.js';
import { sameOrigin } from '../middleware/same-origin.js';
import { describeApi, type OpenApi } from '../openapi/document.js';
import { type Endpoint, serve } from '../openapi/serve.js';
import * as answers from './answers.js';
import { type BotsParts, botEndpoints } from './bots.js';
import { type DocsParts, docsEndpoints, version } from './docs.js';
import { type EventsParts, eventEndpoints } from './events.js';
import { type MeParts, meEndpoints } from './me.js';
import { type PresenceParts, presenceEndpoints } from './presence.js';
import {
  briefPresentUsersEndpoints,
  type PresentUsersParts,
  presentUsersEndpoints,
  serveAtRoot,
} from './present-users.js';
import { messageEndpoints, type RoomMessagesParts } from './room-messages.js';
import { type RoomsParts, roomEndpoints } from './rooms.js';
import { type UsersParts, userEndpoints } from './users.js';

export type ApiParts = BotsParts &
  DocsParts &
  EventsParts &
  MeParts &
  PresenceParts &
  PresentUsersParts &
  RoomMessagesParts &
  RoomsParts &
  UsersParts;

/**
 * Everything for programs: what is under `/api`, and `/:room/users`. docs/api.md explains it; `/api/openapi.json` is
 * made of the very endpoints that are served. Errors are left to `problemHandler`.
 */
export function apiRouter(parts: ApiParts): Router {
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
