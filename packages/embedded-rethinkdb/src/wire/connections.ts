import type { Socket } from 'node:net';
import type { WireLimits } from './limits.js';

interface UnauthenticatedConnection {
  readonly address: string;
  /** True once the client has sent its password. */
  hasSentPassword: boolean;
}

/** The open connections of a server. */
export class Connections {
  readonly #limits: WireLimits;
  readonly #sockets = new Set<Socket>();
  readonly #unauthenticated = new Map<Socket, UnauthenticatedConnection>();

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  get all(): Iterable<Socket> {
    return this.#sockets;
  }

  /**
   * Adds a new connection until it closes. If too many connections are unauthenticated, of its address or of all, the
   * oldest one that has not sent its password is closed.
   * @returns false if the connection must be refused
   */
  add(socket: Socket): boolean {
    const { connections, unauthenticated, unauthenticatedPerAddress } = this.#limits;
    if (this.#sockets.size >= connections) return false;
    const address = addressOf(socket);
    const all = [...this.#unauthenticated];
    const ofAddress = all.filter(([, one]) => one.address === address);
    const candidates =
      ofAddress.length >= unauthenticatedPerAddress ? ofAddress : all.length >= unauthenticated ? all : [];
    const idle = candidates.find(([, one]) => !one.hasSentPassword);
    if (candidates.length > 0 && idle === undefined) return false;
    idle?.[0].destroy();
    if (idle) this.#unauthenticated.delete(idle[0]);
    this.#sockets.add(socket);
    this.#unauthenticated.set(socket, { address, hasSentPassword: false });
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#unauthenticated.delete(socket);
    });
    return true;
  }

  /** The client has sent a password, which will be checked. */
  markPasswordSent(socket: Socket): void {
    const connection = this.#unauthenticated.get(socket);
    if (connection) connection.hasSentPassword = true;
  }

  markAuthenticated(socket: Socket): void {
    this.#unauthenticated.delete(socket);
  }
}

export function addressOf(socket: Socket): string {
  return socket.remoteAddress ?? '';
}
