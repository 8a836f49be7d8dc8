import { createServer } from 'node:http';
import { AccessControl } from './access/access-control.js';
import type { AccountsClientOptions } from './auth/accounts-client.js';
import { createAuth } from './auth/create-auth.js';
import { Guests } from './auth/guest.js';
import { OriginPolicy } from './auth/origin-policy.js';
import { Playground } from './auth/playground.js';
import { loadSessionSecret } from './auth/session-secret.js';
import { Bots, type BotsOptions } from './bots/bots.js';
import { withoutBots } from './bots/unserved-command.js';
import type { Config } from './config/config.js';
import type { DatabaseAddress } from './config/database-url.js';
import { proxyTrust } from './config/proxy-trust.js';
import { Database, type DatabaseOptions } from './database/connection/database.js';
import { ChatSchema } from './database/schema/chat-schema.js';
import { CredentialTable } from './database/tables/credential-table.js';
import type { Messages } from './database/tables/messages.js';
import { openTables } from './database/tables/open-tables.js';
import { SessionTable } from './database/tables/session-table.js';
import { UsedRooms } from './database/tables/used-rooms.js';
import { createFiles } from './files/create-files.js';
import type { FileSweeperOptions } from './files/file-sweeper.js';
import { guardServer } from './http/gate/gate.js';
import { createHttp, type HttpDependencies } from './http/http.js';
import { gauges } from './http/monitoring/gauges.js';
import { pushText } from './http/pages/push-text.js';
import { Visitors } from './http/visitors.js';
import { Limits } from './limits/limits.js';
import { SlowReaders } from './limits/slow-readers.js';
import { createPush, type PushOptions } from './notifications/create-push.js';
import { openPresence } from './presence/open-presence.js';
import type { RedisPresenceOptions } from './presence/redis-presence.js';
import { MembershipNews } from './rooms/membership-news.js';
import { MentionList } from './rooms/mention-list.js';
import { PeopleSearch } from './rooms/people-search.js';
import { createRoomAdministration } from './rooms/room-administration.js';
import { RoomCatalogue } from './rooms/room-catalogue.js';
import { RoomDirectory } from './rooms/room-directory.js';
import { RoomListing } from './rooms/room-listing.js';
import { RoomService, type RoomsOptions } from './rooms/room-service.js';
import { SharedRoomList } from './rooms/shared-room-list.js';
import { ConnectionDrainer } from './runtime/connection-drainer.js';
import { openDatabaseServer } from './runtime/database-server.js';
import { type Listener, PortListener } from './runtime/listener.js';
import { createSearch } from './search/create-search.js';
import { PATHNAME as SOCKETS_PATH, type SocketHeartbeat } from './sockets/primus-server.js';
import type { SessionRouting } from './sockets/session-routing.js';
import { Sockets } from './sockets/sockets.js';
import { createLog, type Log } from './telemetry/logger.js';
import { measureBots } from './telemetry/metrics/bots.js';
import { measureLogins } from './telemetry/metrics/logins.js';
import { type Registry, serverRegistry } from './telemetry/metrics/registry.js';
import { type MetricsSnapshot, mergeSnapshots } from './telemetry/metrics/snapshots.js';

/** At shutdown, clients are asked to reconnect after a random delay of at most this. */
const RECONNECT_WITHIN_MS = 5_000;
/** Time for that request to reach the clients before their sockets are closed. */
const GOING_AWAY_MS = 250;

/** Maximum duration of receiving a request, and the interval at which it is checked. */
const REQUEST_TIMEOUTS = { requestMs: 30_000, checkMs: 2_000 };

/** Settings of tests and of worker processes. */
export interface AppOptions {
  log?: Log;
  database?: DatabaseOptions;
  rooms?: RoomsOptions;
  bots?: BotsOptions;
  files?: Partial<FileSweeperOptions>;
  presence?: RedisPresenceOptions;
  push?: PushOptions;
  events?: HttpDependencies['events'];
  /** By default the port of the configuration. */
  listener?: Listener;
  routing?: SessionRouting;
  heartbeat?: SocketHeartbeat;
  accounts?: AccountsClientOptions;
  requestTimeouts?: Partial<typeof REQUEST_TIMEOUTS>;
  /** Collects the metrics of all processes. By default there is only this one. */
  collectMetrics?: () => Promise<MetricsSnapshot[]>;
}

export interface App {
  /** The address of the page, in a form that browsers accept. */
  url: string;
  /** `isEmbedded`: this process has started the database. */
  database: { address: DatabaseAddress; isEmbedded: boolean };
  /** For tests, measurements and worker processes. */
  parts: {
    database: Database;
    messages: Messages;
    rooms: RoomService;
    sockets: Sockets;
    bots: Bots | null;
    registry: Registry;
  };
  /** Stops accepting connections, drains requests, closes sockets and the database. Repeated calls share one shutdown. */
  stop(): Promise<void>;
}

/**
 * Creates and starts all parts of the server: database, web server, sockets, bots. Without a configured database it
 * starts the embedded database first. An unavailable database server does not prevent the start: /readyz and the page
 * show it, and the server connects as soon as it can.
 *
 * @throws Error with a message for the operator if a port or the data directory cannot be used
 */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const log = options.log ?? createLog(config);
  const stopping = new AbortController();
  const secret = await loadSessionSecret(config, log);
  const databaseServer = await openDatabaseServer(config, log);

  const database = new Database(
    databaseServer.address,
    new ChatSchema({ replicas: config.replicas }),
    log,
    options.database,
  );
  const tables = openTables(database, log);
  const { memberships, mentions, messages, roomTable, settings, users } = tables;
  const membershipNews = new MembershipNews({ memberships, users, log });
  const access = new AccessControl({ rooms: roomTable, memberships, admins: new Set(config.admins) });
  const limits = new Limits(config.limits, log, config.redis);
  const slowReaders = new SlowReaders();
  const trust = proxyTrust(config.trustProxy);
  const { allowedHosts, allowedOrigins } = config;
  const origins = new OriginPolicy({ allowedOrigins, trust });
  const guests = new Guests({ secret, secure: false, days: config.guestDays });
  const { authenticator, login, secured, sessionTable } = createAuth(config.auth, {
    guests,
    log,
    secret,
    accounts: { limits, ...options.accounts },
    sessionTable: () => new SessionTable(database, log),
    credentialTable: () => new CredentialTable(database, log),
    guestDays: config.guestDays,
    limits,
    users,
  });
  const botsDependencies = { access, authenticator, database, limits, log, messages, secret };
  const bots = config.amqp && new Bots(config.amqp, botsDependencies, options.bots);
  const files = createFiles({ access, config: config.files, database, limits, log }, options.files);
  const commands = bots ?? withoutBots;
  const rooms = new RoomService(messages, users, access, limits, log, options.rooms, commands, files.service);
  const presence = openPresence(config, log, options.presence);
  const playground = new Playground(users, { isOn: config.playground && authenticator.mode === 'guest' });
  const visitors = new Visitors({ playground, authenticator, guests, limits, origins, settings, users });
  const catalogue = new RoomCatalogue(roomTable, new UsedRooms(database));
  const listing = new RoomListing({ catalogue, presence, roomTable, now: Date.now });
  const sharedRoomList = new SharedRoomList({ catalogue, listing, presence });
  const inRooms = { ...tables, access, limits, listing, presence, now: Date.now };
  const directory = new RoomDirectory({ ...inRooms, catalogue });
  const administration = createRoomAdministration(database, inRooms);
  const pushDependencies = { access, config, database, describe: pushText, log, memberships, presence };
  const ofUsers = { secured, sessionTable, settings, users };
  const push = await createPush({ ...pushDependencies, ...ofUsers }, options.push);
  const registry = serverRegistry(gauges({ database, messages, presence, rooms, sockets: () => sockets }));
  const { address } = databaseServer;
  const searchDependencies = { access, address, database, limits, log, registry, users };
  const { searches, ...index } = createSearch(config, searchDependencies);
  if (bots) measureBots(registry, bots);
  if (login || secured) measureLogins(registry);
  const http = createHttp({
    config,
    directory,
    files: files.service,
    guests,
    limits,
    log,
    membershipNews,
    mentionList: new MentionList({ access, mentions }),
    peopleSearch: new PeopleSearch({ access, limits, users }),
    origins,
    presence,
    ...administration,
    pushSubscriptions: push.subscriptions,
    rooms,
    ...searches,
    slowReaders,
    stopping: stopping.signal,
    users,
    visitors,
    dependencies: { database },
    storage: database,
    optional: {
      ...(config.redis && { redis: presence }),
      ...(bots && { amqp: bots }),
      ...(login?.provider && { login: login.provider }),
    },
    bots,
    login,
    secured,
    ...(options.events && { events: options.events }),
    metrics: async () =>
      options.collectMetrics ? mergeSnapshots(await options.collectMetrics()) : await registry.metrics(),
  });
  const { requestMs, checkMs } = { ...REQUEST_TIMEOUTS, ...options.requestTimeouts };
  const server = createServer({
    headersTimeout: requestMs,
    // The gate limits the time of each body: uploads take longer.
    requestTimeout: 0,
    connectionsCheckingInterval: checkMs,
  });
  const sockets: Sockets = new Sockets(server, {
    access,
    authenticator,
    guests,
    limits,
    log,
    membershipNews,
    playground,
    presence,
    ...administration,
    rooms,
    ...searches,
    sharedRoomList,
    slowReaders,
    ...tables,
    trust,
    ...(options.routing && { routing: options.routing }),
    ...(options.heartbeat && { heartbeat: options.heartbeat }),
  });
  guardServer(server, {
    pages: http,
    socketsPath: SOCKETS_PATH,
    allowedHosts,
    origins,
    trust,
    bodyMs: requestMs,
    log,
  });

  const listener = options.listener ?? new PortListener(config);
  const drainer = new ConnectionDrainer(server);

  /** Closes what requests and sockets depend on, after these have ended. */
  const closeDependencies = async () => {
    await bots?.stop();
    files.sweeper.stop();
    await push.stop();
    await index.stop();
    rooms.close();
    await presence.stop();
    limits.stop();
    await login?.stop();
    secured?.close();
    await database.stop();
    await databaseServer.stop();
  };
  const stop = async () => {
    stopping.abort();
    drainer.beginDrain();
    const closed = listener.close();
    sockets.sayGoingAway(RECONNECT_WITHIN_MS);
    await new Promise((resolve) => setTimeout(resolve, sockets.size > 0 ? GOING_AWAY_MS : 0));
    const socketsClosed = sockets.close();
    await drainer.drain(config.shutdownMs / 2);
    await Promise.all([socketsClosed, closed]);
    await closeDependencies();
  };

  try {
    database.start();
    bots?.start();
    files.sweeper.start();
    index.start();
    push.start();
    login?.provider?.start();
    await listener.open(server);
    // The embedded database is ready within moments: waiting for it gives the first page its messages.
    if (databaseServer.isEmbedded)
      await database.ready(30_000).catch(() => {
        throw new Error(`The embedded database is unavailable: ${database.status.reason ?? 'no response'}`);
      });
  } catch (error) {
    void listener.close();
    await closeDependencies();
    throw error;
  }

  let stopped: Promise<void> | undefined;
  return {
    url: listener.url,
    database: databaseServer,
    parts: { database, messages, rooms, sockets, bots, registry },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
