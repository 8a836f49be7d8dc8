import type { Spark } from 'primus';
import type { Authenticator } from '../auth/authenticator.js';
import { bearerToken, type Credentials } from '../auth/credentials.js';
import { isNameGiven } from '../auth/given-name.js';
import type { Guests } from '../auth/guest.js';
import type { Playground } from '../auth/playground.js';
import type { Session } from '../auth/session.js';
import { monitorSession } from '../auth/session-monitor.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { ChatError } from '../protocol/errors.js';
import { PROTOCOL_VERSION } from '../protocol/frames.js';
import { sendError } from './dispatch.js';
import type { RoomListRelay } from './room-list-relay.js';
import type { SocketConnection } from './socket-connection.js';

/** Milliseconds for a socket to authenticate, where there are no guests. */
const LOGIN_TIMEOUT_MS = 30_000;

export interface SocketAuthenticatorDependencies {
  authenticator: Authenticator;
  guests: Guests;
  playground: Playground;
  roomListRelay: RoomListRelay;
  users: UserTable;
}

/** Authenticates sockets and monitors their sessions until they end. */
export class SocketAuthenticator {
  readonly #dependencies: SocketAuthenticatorDependencies;
  /** The functions that stop monitoring, by socket. */
  readonly #monitors = new Map<SocketConnection, () => void>();

  constructor(dependencies: SocketAuthenticatorDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Authenticates a new socket by its handshake: the header `Authorization`, the parameter `token` of its address, which
   * browsers can set too, the parameter `id_user` that selects a playground user, or a cookie. A guest without them receives
   * a token. Never rejects: the socket receives an error frame, and may send a token in an `authenticate` frame within
   * `LOGIN_TIMEOUT_MS`.
   */
  async authenticate(connection: SocketConnection, { headers, query }: Spark): Promise<void> {
    const { authenticator, guests, playground } = this.#dependencies;
    const { address } = connection;
    const token = bearerToken(headers.authorization) ?? query.token;
    const credentials = { cookieHeader: headers.cookie, bearerToken: token, address };
    try {
      if (token === undefined && query.id_user !== undefined) {
        const user = await playground.user(query.id_user);
        const own = { bearerToken: guests.sign(user), address };
        return await this.welcome(connection, { ...user, expires: null }, own);
      }
      const session = await authenticator.authenticate(credentials);
      if (session) return await this.welcome(connection, session, credentials);
      const guest = guests.newGuest();
      const guestToken = guests.sign(guest);
      await this.welcome(connection, { ...guest, expires: null }, { bearerToken: guestToken }, guestToken);
    } catch (error) {
      sendError(connection, error);
      const timer = setTimeout(() => connection.isAuthenticated || connection.end(), LOGIN_TIMEOUT_MS);
      timer.unref();
    }
  }

  /**
   * Gives a connection a session, monitors how long that is valid, and sends `welcome` and, unless the session is renewed,
   * the list of rooms.
   * @param guestToken of a guest that was created for this socket
   */
  async welcome(
    connection: SocketConnection,
    given: Session,
    credentials: Credentials,
    guestToken?: string,
  ): Promise<void> {
    const { authenticator, roomListRelay, users } = this.#dependencies;
    if (given.issued !== undefined) users.noteGiven(given, given.issued);
    const session = { ...given, ...(await users.present(given, isNameGiven(authenticator, given))) };
    // Authentication takes time; a socket that has closed in between must not become present.
    if (connection.isClosed) return;
    this.stopMonitoring(connection);
    const isRenewal = connection.isAuthenticated;
    connection.setSession(session);
    const onEnd = (error: ChatError) => {
      connection.setSession(null);
      sendError(connection, error);
    };
    this.#monitors.set(connection, monitorSession({ authenticator, credentials, session, onEnd }));
    const { id_user, name } = session;
    connection.send({
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      id_socket: connection.id,
      user: { id_user, name },
      ...(guestToken !== undefined && { token: guestToken }),
    });
    if (!isRenewal) void roomListRelay.send(connection);
  }

  stopMonitoring(connection: SocketConnection): void {
    this.#monitors.get(connection)?.();
    this.#monitors.delete(connection);
  }
}
