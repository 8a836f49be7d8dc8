import { createServer } from 'node:http';
import { AccessControl } from './access/access-control.js';
import type { AccountsClientOptions } from './auth/accounts-client.js';
import { createAuthenticator } from './auth/authenticator.js';
import { Guests } from './auth/guest.js';
import { loadSessionSecret } from './auth/session-secret.js';
import { Bots, type BotsOptions } from './bots/bots.js';
import type { Config } from './config/config.js';
import type { DatabaseAddress } from './config/database-url.js';
import { proxyTrust } from './config/proxy-trust.js';
import { Database, type DatabaseOptions } from './database/connection/database.js';
import { MembershipTable } from './database/tables/membership-table.js';
import { Messages } from './database/tables/messages.js';
import { RoomTable } from './database/tables/room-table.js';
import { UserTable } from './database/tables/user-table.js';
import { guardServer } from './http/gate/gate.js';
import { createHttp, type HttpDependencies } from './http/http.js';
import { Visitors } from './http/visitors.js';
import { Limits } from './limits/limits.js';
import { SlowReaders } from './limits/slow-readers.js';
import { MemoryPresence } from './presence/memory.js';
import type { Presence } from './presence/presence.js';
import { RedisPresence, type RedisPresenceOptions } from './presence/redis.js';
import { RoomDirectory } from './rooms/room-directory.js';
import { RoomService, type RoomsOptions } from './rooms/room-service.js';
import { ConnectionDrainer } from './runtime/connection-drainer.js';
import { superviseEmbeddedDatabase } from './runtime/embedded-database.js';
import { type Listener, PortListener } from './runtime/listener.js';
import type { SessionRouting } from './sockets/session-routing.js';
import { PATHNAME as SOCKETS_PATH, type SocketHeartbeat, Sockets } from './sockets/sockets.js';
import { createLog, type Log } from './telemetry/logger.js';
import { measureBots } from './telemetry/metrics/bots.js';
import { type Registry, serverRegistry } from './telemetry/metrics/registry.js';
import { type MetricsSnapshot, mergeSnapshots } from './telemetry/metrics/snapshots.js';

/** Browsers are asked to come back within this many milliseconds after a stop, each at another moment. */
const RETURN_WITHIN = 5_000;
/** Milliseconds for that request to reach them before the sockets are ended. */
const FAREWELL = 250;

/** How long a request may take to come in, and how often that is checked. */
const REQUEST_TIMEOUTS = { requestMs: 30_000, checkMs: 2_000 };

/** What tests, and one of several processes, put in the place of defaults. */
export interface AppOptions {
  log?: Log;
  database?: DatabaseOptions;
  rooms?: RoomsOptions;
  bots?: BotsOptions;
  presence?: RedisPresenceOptions;
  events?: HttpDependencies['events'];
  entrance?: Listener;
  routing?: SessionRouting;
  heartbeat?: SocketHeartbeat;
  accounts?: AccountsClientOptions;
  requestTimeouts?: Partial<typeof REQUEST_TIMEOUTS>;
  /** The numbers of all processes, where there are several. */
  readings?: () => Promise<MetricsSnapshot[]>;
}

export interface App {
  /** Where the page is, as a user would type it. */
  url: string;
  /** Where the database is. `isEmbedded`: it runs within this process. */
  database: { address: DatabaseAddress; isEmbedded: boolean };
  /** What the app is made of, for tests and measurements. */
  parts: {
    database: Database;
    messages: Messages;
    rooms: RoomService;
    sockets: Sockets;
    bots: Bots | null;
    registry: Registry;
  };
  /** Stops accepting, sends everybody away, finishes what is under way. Never rejects; calling it again waits too. */
  stop(): Promise<void>;
}

/**
 * Puts the parts together and starts them: database, web server, sockets.
 * Without a database address the embedded database is started first. A database server that is away does not
 * keep the app from starting: it shows on /readyz and in the page, and is connected to when it is there.
 *
 * @throws Error with a message for the operator when a port or the data folder cannot be used
 */
export async function startApp(config: Config, overrides: AppOptions = {}): Promise<App> {
  const log = overrides.log ?? createLog(config);
  const stopping = new AbortController();
  const secret = await loadSessionSecret(config, log);
  const embedded = config.database ? null : await superviseEmbeddedDatabase(config, log);
  const address = config.database ?? embedded!.address;

  const database = new Database(address, log, { replicas: config.replicas, ...overrides.database });
  const messages = new Messages(database, log);
  const roomTable = new RoomTable(database, log);
  const memberships = new MembershipTable(database, log);
  const users = new UserTable(database, log);
  const access = new AccessControl(roomTable, memberships);
  const limits = new Limits(config.limits, log, config.redis);
  const slowReaders = new SlowReaders();
  const guests = new Guests({ secret, secure: false });
  const authenticator = createAuthenticator(config.auth, guests, log, { limits, ...overrides.accounts });
  const botsParts = { access, authenticator, database, limits, log, messages, secret };
  const bots = config.amqp && new Bots(config.amqp, botsParts, overrides.bots);
  const rooms = new RoomService(messages, access, limits, log, overrides.rooms, bots);
  const presence = openPresence(config, log, overrides.presence);
  const visitors = new Visitors({ authenticator, guests, limits, users });
  const directory = new RoomDirectory({ access, limits, memberships, messages, presence, roomTable, users });
  const registry = serverRegistry({
    sockets: { help: 'Open sockets', value: () => sockets.size },
    socket_pending_bytes: {
      help: 'Bytes that wait for the readers of sockets',
      value: () => sockets.pendingBytes.reduce((sum, bytes) => sum + bytes, 0),
    },
    present: {
      help: 'Sockets that are in rooms; one in two rooms counts twice',
      value: () => presence.present,
    },
    rooms: { help: 'Rooms that are open', value: () => rooms.size },
    feeds: { help: 'Changefeeds that rooms follow', value: () => messages.openFeeds },
    insert_queue: { help: 'Messages that wait to be inserted', value: () => messages.queued },
    storage_full: {
      help: '1 while the database refuses writes because its storage is full',
      value: () => Number(database.storage.state === 'full'),
    },
    database_up: {
      help: '1 while the database can be reached',
      value: () => Number(database.status.state === 'up'),
    },
  });
  if (bots) measureBots(registry, bots);
  const http = createHttp({
    config,
    directory,
    limits,
    log,
    presence,
    rooms,
    slowReaders,
    stopping: stopping.signal,
    users,
    visitors,
    dependencies: { database },
    storage: database,
    optional: { ...(config.redis && { redis: presence }), ...(bots && { amqp: bots }) },
    bots,
    events: overrides.events,
    metrics: async () =>
      overrides.readings ? mergeSnapshots(await overrides.readings()) : await registry.metrics(),
  });
  const trust = proxyTrust(config.trustProxy);
  const { requestMs, checkMs } = { ...REQUEST_TIMEOUTS, ...overrides.requestTimeouts };
  const server = createServer({
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkMs,
  });
  const sockets: Sockets = new Sockets(server, {
    access,
    authenticator,
    guests,
    limits,
    log,
    memberships,
    presence,
    rooms,
    roomTable,
    slowReaders,
    users,
    trust,
    routing: overrides.routing,
    heartbeat: overrides.heartbeat,
  });
  const { allowedHosts } = config;
  guardServer(server, { pages: http, socketsPath: SOCKETS_PATH, allowedHosts, trust, log });

  const entrance = overrides.entrance ?? new PortListener(config);
  const traffic = new ConnectionDrainer(server);

  /** Last, when nobody writes any more: what everything else needs. */
  const release = async () => {
    await bots?.stop();
    rooms.close();
    await presence.stop();
    limits.stop();
    await database.stop();
    await embedded?.stop();
  };
  const stop = async () => {
    stopping.abort();
    traffic.beginDrain();
    const closed = entrance.close();
    sockets.sayGoingAway(RETURN_WITHIN);
    await new Promise((resolve) => setTimeout(resolve, sockets.size > 0 ? FAREWELL : 0));
    const socketsClosed = sockets.close();
    await traffic.drain(config.shutdownMs / 2);
    await Promise.all([socketsClosed, closed]);
    await release();
  };

  try {
    database.start();
    bots?.start();
    await entrance.open(server);
    // The embedded database is there in a moment; then the first page has its messages.
    if (embedded)
      await database.ready(30_000).catch(() => {
        throw new Error(
          `The embedded database cannot be used: ${database.status.reason ?? 'it does not answer'}`,
        );
      });
  } catch (error) {
    void entrance.close();
    await release();
    throw error;
  }

  let stopped: Promise<void> | null = null;
  return {
    url: entrance.url,
    database: { address, isEmbedded: embedded !== null },
    parts: { database, messages, rooms, sockets, bots, registry },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function openPresence({ redis }: Config, log: Log, options?: RedisPresenceOptions): Presence {
  if (!redis) return new MemoryPresence(log, options);
  const presence = new RedisPresence(redis, log, options);
  presence.start();
  return presence;
}
