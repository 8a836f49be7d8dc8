import type { Socket } from 'node:net';
import type { WireLimits } from './limits.js';

interface Stranger {
  readonly address: string;
  /** Its password is being checked. */
  isChecked: boolean;
}

/** The open connections of a server, and which of them are not authenticated yet. */
export class Connections {
  readonly #limits: WireLimits;
  readonly #sockets = new Set<Socket>();
  readonly #strangers = new Map<Socket, Stranger>();

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  get all(): Iterable<Socket> {
    return this.#sockets;
  }

  /**
   * Notes a new connection until it closes. Where too many are not authenticated, of its address or of all, the
   * oldest one that has not sent its password yet makes room.
   * @returns false if there is no room for it
   */
  add(socket: Socket): boolean {
    const { connections, strangers, strangersOfAddress } = this.#limits;
    if (this.#sockets.size >= connections) return false;
    const address = addressOf(socket);
    const all = [...this.#strangers];
    const ofAddress = all.filter(([, one]) => one.address === address);
    const crowd = ofAddress.length >= strangersOfAddress ? ofAddress : all.length >= strangers ? all : [];
    const idle = crowd.find(([, one]) => !one.isChecked);
    if (crowd.length > 0 && idle === undefined) return false;
    idle?.[0].destroy();
    if (idle) this.#strangers.delete(idle[0]);
    this.#sockets.add(socket);
    this.#strangers.set(socket, { address, isChecked: false });
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#strangers.delete(socket);
    });
    return true;
  }

  /** The client has sent a password, which will be checked in its turn. */
  isChecking(socket: Socket): void {
    const stranger = this.#strangers.get(socket);
    if (stranger) stranger.isChecked = true;
  }

  authenticated(socket: Socket): void {
    this.#strangers.delete(socket);
  }
}

export function addressOf(socket: Socket): string {
  return socket.remoteAddress ?? '';
}
