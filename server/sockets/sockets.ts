import type { IncomingMessage, Server } from 'node:http';
import type Primus from 'primus';
import type { Spark } from 'primus';
import proxyAddr from 'proxy-addr';
import type { AccessControl } from '../access/access-control.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { Guests } from '../auth/guest.js';
import type { Playground } from '../auth/playground.js';
import type { ProxyTrust } from '../config/proxy-trust.js';
import type { MembershipTable } from '../database/tables/membership-table.js';
import type { Messages } from '../database/tables/messages.js';
import type { RoomTable } from '../database/tables/room-table.js';
import type { SettingsTable } from '../database/tables/settings-table.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import type { SlowReaders } from '../limits/slow-readers.js';
import type { Presence } from '../presence/presence.js';
import { toChatError } from '../protocol/errors.js';
import type { ServerFrame } from '../protocol/frames.js';
import type { MembershipNews } from '../rooms/membership-news.js';
import type { RoomAdministration } from '../rooms/room-administration.js';
import type { RoomService } from '../rooms/room-service.js';
import type { SharedRoomList } from '../rooms/shared-room-list.js';
import type { Search } from '../search/search.js';
import type { LiveViews } from '../search/views/live-views.js';
import type { Log } from '../telemetry/logger.js';
import { ActivityRelay } from './activity-relay.js';
import { Announcer } from './announcer.js';
import { takeFrames } from './frame-intake.js';
import type { HandlerDependencies } from './handlers/handler.js';
import { reportMentions } from './mention-relay.js';
import { PresenceRelay } from './presence-relay.js';
import { createPrimus, hasSession, type SocketHeartbeat } from './primus-server.js';
import { propagateRename } from './rename-propagation.js';
import { RoomListRelay } from './room-list-relay.js';
import type { SessionRouting } from './session-routing.js';
import { SocketAuthenticator } from './socket-authenticator.js';
import { SocketConnection } from './socket-connection.js';
import { TypingRelay } from './typing-relay.js';

export interface SocketsDependencies extends RoomAdministration {
  access: AccessControl;
  authenticator: Authenticator;
  guests: Guests;
  limits: Limits;
  log: Log;
  memberships: MembershipTable;
  messages: Pick<Messages, 'followActivity'>;
  membershipNews: MembershipNews;
  playground: Playground;
  presence: Presence;
  rooms: RoomService;
  roomTable: RoomTable;
  /** Null: `SEARCH=false`. */
  search: Search | null;
  sharedRoomList: SharedRoomList;
  slowReaders: SlowReaders;
  /** Null: `SEARCH=false`. */
  views: LiveViews | null;
  settings: SettingsTable;
  users: UserTable;
  /** The proxies whose X-Forwarded-For is used. */
  trust: ProxyTrust;
  /** Where several processes serve one port. */
  routing?: SessionRouting;
  heartbeat?: SocketHeartbeat;
}

/** The sockets of a process. */
export class Sockets {
  readonly #dependencies: SocketsDependencies;
  readonly #primus: Primus;
  readonly #connections = new Set<SocketConnection>();
  readonly #authenticator: SocketAuthenticator;
  readonly #activityRelay: ActivityRelay;
  readonly #presenceRelay: PresenceRelay;
  readonly #typingRelay: TypingRelay;
  readonly #handlerDependencies: HandlerDependencies;

  constructor(server: Server, dependencies: SocketsDependencies) {
    this.#dependencies = dependencies;
    const {
      access,
      authenticator,
      heartbeat,
      log,
      memberships,
      messages,
      membershipNews,
      presence,
      rooms,
      roomTable,
      routing,
      settings,
      users,
    } = dependencies;
    const connections = this.#connections;
    const roomListRelay = new RoomListRelay(dependencies);
    this.#authenticator = new SocketAuthenticator({ ...dependencies, roomListRelay });
    this.#activityRelay = new ActivityRelay(
      (listener) => messages.followActivity(listener),
      (sign) => void reportMentions(sign, { access, connections }),
    );
    this.#presenceRelay = new PresenceRelay(presence);
    this.#typingRelay = new TypingRelay(presence);
    this.#handlerDependencies = {
      ...dependencies,
      welcome: (...session) => this.#authenticator.welcome(...session),
    };
    access.onChange((room, id_user) => {
      for (const each of connections) {
        if (id_user !== undefined && each.id_user !== id_user) continue;
        for (const observed of room === null ? each.observedRooms : [room])
          void each.recheckObserved(observed, access);
      }
    });
    new Announcer({
      access,
      roomTable,
      memberships,
      membershipNews,
      settings,
      users,
      connections,
      rooms,
      presenceRelay: this.#presenceRelay,
      log,
      onRename: (user) => propagateRename(user, { authenticator, presence, connections }),
    });
    this.#primus = createPrimus(server, { heartbeat, routing, admit: (request) => this.#admit(request) });
    this.#primus.on('connection', (spark: Spark) => this.#connected(spark));
  }

  /** Number of open sockets. */
  get size(): number {
    return this.#connections.size;
  }

  /** Pending bytes of each socket. */
  get pendingBytes(): number[] {
    return [...this.#connections].map((connection) => connection.pendingBytes);
  }

  /** Asks all clients to reconnect, each after a random part of `spreadMs` milliseconds. */
  sayGoingAway(spreadMs: number): void {
    for (const connection of this.#connections) {
      connection.send({ type: 'goingAway', retryAfterMs: Math.round(Math.random() * spreadMs) });
    }
  }

  /** Closes all sockets; clients reconnect by themselves. */
  close(): Promise<void> {
    this.#dependencies.routing?.stop();
    return new Promise((resolve) => this.#primus.destroy({ close: false, reconnect: true }, resolve));
  }

  /** @throws ChatError `rate-limited` for a request that may not open a socket or poll for one */
  async #admit(request: IncomingMessage): Promise<void> {
    if (hasSession(this.#primus, request)) return;
    await this.#dependencies.limits.request(this.#addressOf(request));
  }

  #connected(spark: Spark): void {
    const { limits, log } = this.#dependencies;
    const address = this.#addressOf(spark.request);
    let uncount: () => void;
    try {
      uncount = limits.socket(address);
    } catch (error) {
      const { code, message, details } = toChatError(error);
      spark.write({ type: 'error', code, message, ...details } satisfies ServerFrame);
      spark.end(undefined, { reconnect: true });
      return;
    }
    const relays = {
      activityRelay: this.#activityRelay,
      presenceRelay: this.#presenceRelay,
      typingRelay: this.#typingRelay,
    };
    const connection = new SocketConnection(spark, { ...this.#dependencies, ...relays }, address);
    this.#connections.add(connection);
    const authenticated = this.#authenticator.authenticate(connection, spark);
    const handlerDependencies = this.#handlerDependencies;
    takeFrames({ spark, connection, limit: limits.frames(), authenticated, handlerDependencies, log });
    spark.on('end', () => {
      uncount();
      connection.close();
      this.#connections.delete(connection);
      this.#authenticator.stopMonitoring(connection);
    });
  }

  /** The client's address; undefined where it is not known. */
  #addressOf(request: IncomingMessage): string | undefined {
    const { trust, routing } = this.#dependencies;
    // A request that another process forwarded has come one hop more.
    const isFromWorker = routing?.isFromWorker(request.socket) ?? false;
    return proxyAddr(request, isFromWorker ? (address, hop) => hop === 0 || trust(address, hop - 1) : trust);
  }
}
