import type { IncomingMessage, Server } from 'node:http';
import Primus, { type Spark } from 'primus';
import proxyAddr from 'proxy-addr';
import type { AccessControl } from '../access/access-control.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Credentials } from '../auth/credentials.js';
import { areNamesGiven } from '../auth/given-name.js';
import { GUEST_COOKIE, type Guests } from '../auth/guest.js';
import { isCrossOrigin } from '../auth/origin.js';
import type { Session } from '../auth/session.js';
import { monitorSession } from '../auth/session-monitor.js';
import type { ProxyTrust } from '../config/proxy-trust.js';
import { withoutOwnMark } from '../database/tables/chosen-name.js';
import type { MembershipTable } from '../database/tables/membership-table.js';
import type { RoomTable } from '../database/tables/room-table.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import type { SlowReaders } from '../limits/slow-readers.js';
import type { Presence } from '../presence/presence.js';
import { ChatError, toChatError } from '../protocol/errors.js';
import { PROTOCOL_VERSION, type ServerFrame } from '../protocol/frames.js';
import type { RoomService } from '../rooms/room-service.js';
import type { Log } from '../telemetry/logger.js';
import { Announcer } from './announcer.js';
import { sendError } from './dispatch.js';
import { takeFrames } from './frame-intake.js';
import type { HandlerDependencies } from './handlers/handler.js';
import { PresenceRelay } from './presence-relay.js';
import type { SessionRouting } from './session-routing.js';
import { SocketConnection } from './socket-connection.js';
import { TypingRelay } from './typing-relay.js';

/** Bytes after which a connection is ended (WebSocket close code 1009) without reading on; see MAX_FRAME. */
const MAX_RECEIVED = 1024 * 1024;
/** Where the sockets are; the page's own script asks there. */
export const PATHNAME = '/primus';
/** Milliseconds for a socket to say who it is, where there are no guests. */
const LOGIN_WITHIN = 30_000;

export interface SocketsDependencies {
  access: AccessControl;
  authenticator: Authenticator;
  guests: Guests;
  limits: Limits;
  log: Log;
  memberships: MembershipTable;
  presence: Presence;
  rooms: RoomService;
  roomTable: RoomTable;
  slowReaders: SlowReaders;
  users: UserTable;
  /** Whose X-Forwarded-For is believed. */
  trust: ProxyTrust;
  /** Where several processes serve one port. */
  routing?: SessionRouting;
  heartbeat?: SocketHeartbeat;
}

/** Milliseconds between two pings, and for a socket to answer one; without an answer it is closed. */
export interface SocketHeartbeat {
  pingInterval: number;
  pingTimeout: number;
}

/** The browsers' sockets: Primus over engine.io (WebSocket, or long-polling where that does not get through). */
export class Sockets {
  private readonly primus: Primus;
  private readonly connections = new Set<SocketConnection>();
  private readonly watches = new Map<SocketConnection, () => void>();
  private readonly presenceRelay: PresenceRelay;
  private readonly typingRelay: TypingRelay;
  private readonly handlerParts: HandlerDependencies;

  constructor(
    server: Server,
    private readonly parts: SocketsDependencies,
  ) {
    const { presence, roomTable, memberships, users } = parts;
    this.presenceRelay = new PresenceRelay(presence);
    this.typingRelay = new TypingRelay(presence);
    this.handlerParts = { ...parts, welcome: (...whom) => this.welcome(...whom) };
    parts.access.onChange((room, id_user) => {
      for (const each of this.connections) {
        if (id_user !== undefined && each.id_user !== id_user) continue;
        for (const observed of room === null ? each.observedRooms : [room])
          void each.recheckObserved(observed, parts.access);
      }
    });
    new Announcer({
      roomTable,
      memberships,
      users,
      connections: this.connections,
      rooms: parts.rooms,
      presenceRelay: this.presenceRelay,
      log: parts.log,
      renamed: ({ id_user, name, chosen }) => {
        const isGiven = areNamesGiven(parts.authenticator);
        const renamed = [...this.connections].filter(
          (each) =>
            each.id_user === id_user &&
            // A name from a token can get a mark; a row cannot replace it.
            (!isGiven || withoutOwnMark(each.session.name, id_user) === chosen),
        );
        for (const each of renamed) each.setSession({ ...each.session, name });
        if (isGiven && renamed.length === 0) return;
        presence.rename(id_user, name);
      },
    });
    this.primus = new Primus(server, {
      transformer: 'engine.io',
      pathname: PATHNAME,
      parser: 'JSON',
      maxLength: MAX_RECEIVED,
      iknowclusterwillbreakconnections: true,
      transport: { perMessageDeflate: false, httpCompression: false, ...parts.heartbeat },
    });
    // `cors` parses the header Origin with legacy url.parse, which throws; `admit` checks origins. The other two serve
    // Primus' client and a description of the server, which the page does not load.
    for (const middleware of ['cors', 'primus.js', 'spec'] as const) this.primus.remove(middleware);
    const { routing } = parts;
    if (routing) {
      this.primus.transformer.service.generateId = () => routing.newSessionId();
      routing.install(server, PATHNAME);
    }
    this.primus.authorize((request, done) => {
      this.admit(request).then(
        () => done(),
        (error) =>
          done(Object.assign(new Error(toChatError(error).code), { statusCode: toChatError(error).status })),
      );
    });
    this.primus.on('connection', (spark: Spark) => this.connected(spark));
  }

  /** How many sockets are open. */
  get size(): number {
    return this.connections.size;
  }

  /** Bytes that wait for each socket's reader. */
  get pendingBytes(): number[] {
    return [...this.connections].map((connection) => connection.pendingBytes);
  }

  /** Asks all browsers to come back (to whoever serves then), spread over `spreadMs` milliseconds. */
  sayGoingAway(spreadMs: number): void {
    for (const connection of this.connections) {
      connection.send({ type: 'goingAway', retryAfterMs: Math.round(Math.random() * spreadMs) });
    }
  }

  /** Ends all sockets; browsers reconnect by themselves. */
  close(): Promise<void> {
    this.parts.routing?.stop();
    return new Promise((resolve) => this.primus.destroy({ close: false, reconnect: true }, resolve));
  }

  /** Whether a request may open a socket, or use one by long-polling. */
  private async admit(request: IncomingMessage): Promise<void> {
    const { origin, host } = request.headers;
    if (isCrossOrigin(origin, host))
      throw new ChatError('bad-origin', 'pages of other sites may not do this');
    if (!this.hasSession(request)) await this.parts.limits.request(this.addressOf(request));
  }

  private connected(spark: Spark): void {
    const { limits, log, presence, rooms, slowReaders } = this.parts;
    const address = this.addressOf(spark.request);
    let closed: () => void;
    try {
      closed = limits.socket(address);
    } catch (error) {
      const { code, message, details } = toChatError(error);
      spark.write({ type: 'error', code, message, ...details } satisfies ServerFrame);
      spark.end(undefined, { reconnect: true });
      return;
    }
    const { presenceRelay, typingRelay } = this;
    const connectionParts = { limits, log, presence, presenceRelay, rooms, slowReaders, typingRelay };
    const connection = new SocketConnection(spark, connectionParts, address);
    this.connections.add(connection);
    const authenticated = this.recognise(connection, spark);
    const { handlerParts } = this;
    takeFrames({ spark, connection, limit: limits.frames(), authenticated, handlerParts, log });
    spark.on('end', () => {
      closed();
      connection.close();
      this.connections.delete(connection);
      this.unwatch(connection);
    });
  }

  /** Finds out whose socket it is, by what came with it. Never rejects: whom nobody knows is told so. */
  private async recognise(connection: SocketConnection, { headers, query }: Spark): Promise<void> {
    const { authenticator, guests } = this.parts;
    // A page that is somebody by its address (/ui/) hands that on with the socket's address, signed like a cookie.
    const cookieHeader = query.guest ? `${GUEST_COOKIE}=${encodeURIComponent(query.guest)}` : headers.cookie;
    const { address } = connection;
    const credentials = { cookieHeader, bearerToken: query.token, address };
    try {
      const session = await authenticator.authenticate(credentials);
      await this.welcome(connection, session ?? { ...guests.newGuest(), expires: null }, credentials);
    } catch (error) {
      sendError(connection, error);
      const timer = setTimeout(() => connection.isAuthenticated || connection.end(), LOGIN_WITHIN);
      timer.unref();
    }
  }

  /** Whether a request belongs to a session that is open here. Like engine.io it takes the last `sid` of several. */
  private hasSession({ url = '/' }: IncomingMessage): boolean {
    const sid = new URL(`http://localhost${url}`).searchParams.getAll('sid').at(-1);
    return sid !== undefined && Object.hasOwn(this.primus.transformer.service.clients, sid);
  }

  /** The client's address; undefined where it is not known. */
  private addressOf(request: IncomingMessage): string | undefined {
    const { trust, routing } = this.parts;
    // Another process passed it on, which is one hop more.
    const isFromWorker = routing?.isFromWorker(request.socket) ?? false;
    return proxyAddr(request, isFromWorker ? (address, hop) => hop === 0 || trust(address, hop - 1) : trust);
  }

  private async welcome(
    connection: SocketConnection,
    given: Session,
    credentials: Credentials,
  ): Promise<void> {
    const { authenticator, users } = this.parts;
    if (given.issued !== undefined) users.noteGiven(given, given.issued);
    const session = { ...given, ...(await users.present(given, areNamesGiven(authenticator))) };
    // Authentication takes time; a socket that has closed meanwhile must not become present.
    if (connection.isClosed) return;
    this.unwatch(connection);
    connection.setSession(session);
    const onEnd = (error: ChatError) => {
      connection.setSession(null);
      sendError(connection, error);
    };
    this.watches.set(connection, monitorSession({ authenticator, credentials, session, onEnd }));
    const { id_user, name } = session;
    connection.send({
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      id_socket: connection.id,
      user: { id_user, name },
    });
  }

  private unwatch(connection: SocketConnection): void {
    this.watches.get(connection)?.();
    this.watches.delete(connection);
  }
}
