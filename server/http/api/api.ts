import { type RequestHandler, Router } from 'express';
import { TOKEN_COOKIE } from '../../auth/credentials.js';
import { GUEST_COOKIE } from '../../auth/guest.js';
import { SESSION_COOKIE } from '../../auth/login/session-cookie.js';
import { notFound } from '../middleware/problems.js';
import { describeApi, type OpenApi } from '../openapi/document.js';
import { type Endpoint, serve } from '../openapi/endpoint.js';
import { type AnnotationsDependencies, annotationEndpoints } from './annotations.js';
import { type BotEndpointsDependencies, botEndpoints } from './bots.js';
import { type DocsDependencies, docsEndpoints, serverVersion } from './docs.js';
import { type EventsDependencies, eventEndpoints } from './events.js';
import { type FilesDependencies, fileEndpoints } from './files.js';
import { type InvitationEndpointsDependencies, invitationEndpoints } from './invitations.js';
import { type JoinRequestEndpointsDependencies, joinRequestEndpoints } from './join-requests.js';
import { type MeDependencies, meEndpoints } from './me.js';
import { type MembersDependencies, memberEndpoints } from './members.js';
import { type MentionsDependencies, mentionEndpoints } from './mentions.js';
import { type MessagesDependencies, messageEndpoints } from './messages.js';
import { type PresenceDependencies, presenceEndpoints, rootEndpoints, serveAtRoot } from './presence.js';
import {
  type PushSubscriptionsEndpointsDependencies,
  pushSubscriptionEndpoints,
} from './push-subscriptions.js';
import { type RoomChangesDependencies, roomChangeEndpoints } from './room-changes.js';
import { type RoomsDependencies, roomEndpoints } from './rooms.js';
import { problem } from './schemas/response-schemas.js';
import { type SearchEndpointsDependencies, searchEndpoints } from './search.js';
import { type SecuredNamesDependencies, securedNameEndpoints } from './secured-names.js';
import { type SessionsDependencies, sessionEndpoints } from './sessions.js';
import { settingsEndpoints } from './settings.js';
import { type UsersDependencies, userEndpoints } from './users.js';
import { type ViewEndpointsDependencies, viewEndpoints } from './views.js';

export type ApiDependencies = AnnotationsDependencies &
  BotEndpointsDependencies &
  DocsDependencies &
  EventsDependencies &
  FilesDependencies &
  InvitationEndpointsDependencies &
  JoinRequestEndpointsDependencies &
  MeDependencies &
  MembersDependencies &
  MentionsDependencies &
  MessagesDependencies &
  PresenceDependencies &
  RoomChangesDependencies &
  PushSubscriptionsEndpointsDependencies &
  RoomsDependencies &
  SearchEndpointsDependencies &
  SecuredNamesDependencies &
  SessionsDependencies &
  ViewEndpointsDependencies &
  UsersDependencies & {
    /** Documented here, and served before the limits of requests. */
    monitoring: Endpoint[];
  };

/**
 * The REST API: everything under `/api`, and `/:room/users`. docs/api.md explains it; `/api/openapi.json` is generated
 * from the endpoints that are served. `problemHandler` answers the errors.
 */
export function apiRouter(dependencies: ApiDependencies): Router {
  const underApi = [
    ...roomEndpoints(dependencies),
    ...roomChangeEndpoints(dependencies),
    ...memberEndpoints(dependencies),
    ...invitationEndpoints(dependencies),
    ...joinRequestEndpoints(dependencies),
    ...messageEndpoints(dependencies),
    ...annotationEndpoints(dependencies),
    ...fileEndpoints(dependencies),
    ...eventEndpoints(dependencies),
    ...meEndpoints(dependencies),
    ...settingsEndpoints(dependencies),
    ...securedNameEndpoints(dependencies),
    ...sessionEndpoints(dependencies),
    ...pushSubscriptionEndpoints(dependencies),
    ...mentionEndpoints(dependencies),
    ...searchEndpoints(dependencies),
    ...viewEndpoints(dependencies),
    ...presenceEndpoints(dependencies),
    ...userEndpoints(dependencies),
    ...botEndpoints(dependencies),
    ...docsEndpoints(dependencies, () => document),
  ];
  const atRoot = rootEndpoints(dependencies);
  const document = describe([...underApi, ...atRoot, ...dependencies.monitoring]);
  return Router().use('/api', noSniffing).use(serve(underApi)).use('/api', notFound).use(serveAtRoot(atRoot));
}

function describe(endpoints: Endpoint[]): OpenApi {
  const operations = endpoints.map(({ operation }) => operation);
  const cookies = { guest: GUEST_COOKIE, session: SESSION_COOKIE, token: TOKEN_COOKIE };
  return describeApi(operations, { version: serverVersion(), problem, cookies });
}

/** Browsers treat the texts of users as the declared `Content-Type` only. */
const noSniffing: RequestHandler = (_req, res, next) => {
  res.set('X-Content-Type-Options', 'nosniff');
  next();
};
