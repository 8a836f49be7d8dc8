import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { closeServer, type Listener } from '../runtime/listener.js';

/** The Unix socket on which a worker receives the requests that other workers forward. */
export function workerSocketPath(directory: string, worker: number): string {
  return path.join(directory, `${worker}.sock`);
}

/** The connections of a worker: received from the primary, or opened by other workers to forward requests. */
export class WorkerListener implements Listener {
  readonly #socketPath: string;
  /** Known to the primary only. */
  readonly url = '';
  #server: Server | null = null;
  readonly #new = new WeakSet<Duplex>();
  readonly #fromPrimary = new WeakSet<Duplex>();

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  async open(server: Server): Promise<void> {
    // `exclusive`: otherwise the primary listens on behalf of the worker.
    server.listen({ path: this.#socketPath, exclusive: true });
    await once(server, 'listening');
    this.#server = server;
  }

  /**
   * Accepts a connection from the primary.
   * @param bytes what another worker has read from it before the transfer; null for a new connection
   */
  accept(socket: Socket, bytes: Buffer | null): void {
    if (!this.#server) {
      socket.destroy();
      return;
    }
    // As a web server does for its own connections: a client that has ended its side still receives the response.
    socket.allowHalfOpen = true;
    if (bytes) socket.unshift(bytes);
    else this.#new.add(socket);
    this.#fromPrimary.add(socket);
    this.#server.emit('connection', socket);
  }

  /** Whether a client opened the connection and no other worker has read from it. */
  isNewConnection(socket: Duplex): boolean {
    return this.#new.has(socket);
  }

  /** Whether another worker opened the connection in order to forward a request. */
  isFromWorker(socket: Duplex): boolean {
    return !this.#fromPrimary.has(socket);
  }

  async close(): Promise<void> {
    if (this.#server) await closeServer(this.#server);
  }
}
