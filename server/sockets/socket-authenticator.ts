import type { Spark } from 'primus';
import type { Authenticator } from '../auth/authenticator.js';
import type { Credentials } from '../auth/credentials.js';
import { isNameGiven } from '../auth/given-name.js';
import { GUEST_COOKIE, type Guests } from '../auth/guest.js';
import type { Session } from '../auth/session.js';
import { monitorSession } from '../auth/session-monitor.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { ChatError } from '../protocol/errors.js';
import { PROTOCOL_VERSION } from '../protocol/frames.js';
import { sendError } from './dispatch.js';
import type { SocketConnection } from './socket-connection.js';

/** Milliseconds for a socket to authenticate, where there are no guests. */
const LOGIN_TIMEOUT_MS = 30_000;

export interface SocketAuthenticatorDependencies {
  authenticator: Authenticator;
  guests: Guests;
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
   * Authenticates a new socket by its handshake: a cookie, a token, or a signed playground user. Never rejects: the
   * socket receives an error frame, and may send a token in an `authenticate` frame within `LOGIN_TIMEOUT_MS`.
   */
  async authenticate(connection: SocketConnection, { headers, query }: Spark): Promise<void> {
    const { authenticator, guests } = this.#dependencies;
    // A page of a playground user (/ui/) passes the user in the socket's address, signed like a cookie.
    const cookieHeader = query.guest ? `${GUEST_COOKIE}=${encodeURIComponent(query.guest)}` : headers.cookie;
    const { address } = connection;
    const credentials = { cookieHeader, bearerToken: query.token, address };
    try {
      const session = await authenticator.authenticate(credentials);
      await this.welcome(connection, session ?? { ...guests.newGuest(), expires: null }, credentials);
    } catch (error) {
      sendError(connection, error);
      const timer = setTimeout(() => connection.isAuthenticated || connection.end(), LOGIN_TIMEOUT_MS);
      timer.unref();
    }
  }

  /** Gives a connection a session, monitors how long that is valid, and sends `welcome`. */
  async welcome(connection: SocketConnection, given: Session, credentials: Credentials): Promise<void> {
    const { authenticator, users } = this.#dependencies;
    if (given.issued !== undefined) users.noteGiven(given, given.issued);
    const session = { ...given, ...(await users.present(given, isNameGiven(authenticator, given))) };
    // Authentication takes time; a socket that has closed in between must not become present.
    if (connection.isClosed) return;
    this.stopMonitoring(connection);
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
    });
  }

  stopMonitoring(connection: SocketConnection): void {
    this.#monitors.get(connection)?.();
    this.#monitors.delete(connection);
  }
}
