import path from 'node:path';
import express, { type Express, type RequestHandler } from 'express';
import type { Login } from '../auth/create-auth.js';
import type { Guests } from '../auth/guest.js';
import type { OriginPolicy } from '../auth/origin-policy.js';
import type { SecuredGuests } from '../auth/secured/secured-guests.js';
import type { Config } from '../config/config.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { FileService } from '../files/file-service.js';
import type { Limits } from '../limits/limits.js';
import type { SlowReaders } from '../limits/slow-readers.js';
import type { PushSubscriptions } from '../notifications/push-subscriptions.js';
import type { Presence } from '../presence/presence.js';
import type { MembershipNews } from '../rooms/membership-news.js';
import type { MentionList } from '../rooms/mention-list.js';
import type { PeopleSearch } from '../rooms/people-search.js';
import type { RoomAdministration } from '../rooms/room-administration.js';
import type { RoomDirectory } from '../rooms/room-directory.js';
import type { RoomService } from '../rooms/room-service.js';
import { ROOT } from '../runtime/project-root.js';
import type { Search } from '../search/search.js';
import type { LiveViews } from '../search/views/live-views.js';
import type { Log } from '../telemetry/logger.js';
import { apiRouter } from './api/api.js';
import type { BotEndpointsDependencies } from './api/bots.js';
import type { EventStreamOptions } from './api/event-stream.js';
import { compressResponses } from './middleware/compression.js';
import { notFound, problemHandler } from './middleware/problems.js';
import { requestLog } from './middleware/request-log.js';
import { securityHeaders } from './middleware/security-headers.js';
import { type Dependency, healthEndpoints, type Storage } from './monitoring/health.js';
import { type MetricsDependencies, metricsEndpoints } from './monitoring/metrics.js';
import { serve } from './openapi/endpoint.js';
import { pagesRouter } from './pages/pages.js';
import { useTemplates } from './pages/templates.js';
import { SecuredVisitors } from './secured-visitors.js';
import type { Visitors } from './visitors.js';

export interface HttpDependencies extends BotEndpointsDependencies, RoomAdministration {
  config: Config;
  /** Null: visitors cannot sign in on the page. */
  login: Login | null;
  /** Null where visitors are no guests. */
  secured: SecuredGuests | null;
  directory: RoomDirectory;
  guests: Guests;
  files: FileService;
  limits: Limits;
  visitors: Visitors;
  log: Log;
  membershipNews: MembershipNews;
  mentionList: MentionList;
  peopleSearch: PeopleSearch;
  origins: OriginPolicy;
  presence: Presence;
  pushSubscriptions: PushSubscriptions;
  rooms: RoomService;
  /** Null: `SEARCH=false`. */
  search: Search | null;
  /** Null: `SEARCH=false`. */
  views: LiveViews | null;
  slowReaders: SlowReaders;
  users: UserTable;
  /** By the name that /readyz shows. */
  dependencies: Record<string, Dependency>;
  /** Dependencies without which the chat still works. */
  optional: Record<string, Dependency>;
  /** The storage of messages. */
  storage?: Storage;
  /** Aborted when the server begins to stop. */
  stopping: AbortSignal;
  events?: Partial<EventStreamOptions>;
  metrics: MetricsDependencies['metrics'];
}

/** Limits the requests of each address. */
function limitRequests(limits: Limits): RequestHandler {
  return async (req, _res, next) => {
    await limits.request(req.ip);
    next();
  };
}

/** The HTTP application: pages, API, health and metrics. */
export function createHttp(dependencies: HttpDependencies): Express {
  const { config, metrics } = dependencies;
  const monitoring = [
    ...healthEndpoints(dependencies),
    ...metricsEndpoints({ metrics, secret: config.metricsToken }),
  ];
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy);
  useTemplates(app, path.join(ROOT, 'views'));
  // For the templates.
  app.locals.isSearchOn = dependencies.search !== null;
  app.locals.isLoginOffered = dependencies.login !== null;
  app.locals.hasSecuredNames = dependencies.secured !== null;
  app.use(requestLog(dependencies.log));
  app.use(securityHeaders);
  app.use(serve(monitoring));
  app.use(limitRequests(dependencies.limits));
  app.use(compressResponses);
  const { login, secured } = dependencies;
  const ofSessions = {
    securedVisitors: secured && new SecuredVisitors({ ...dependencies, secured }),
    userSessions: secured?.sessions ?? login?.sessions ?? null,
  };
  app.use(apiRouter({ ...dependencies, ...ofSessions, monitoring, authMode: config.auth.mode }));
  app.use(pagesRouter({ ...dependencies, ...ofSessions }));
  app.use(notFound, problemHandler(dependencies.log));
  return app;
}
