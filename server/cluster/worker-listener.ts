import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import type { Listener } from '../runtime/listener.js';

/** Where a worker takes what other workers pass on to it: a Unix socket in a folder that is theirs alone. */
export function workerSocketPath(folder: string, worker: number): string {
  return path.join(folder, `${worker}.sock`);
}

/** Connections of a worker: given to it by the primary, or made by other workers that pass requests on. */
export class WorkerListener implements Listener {
  readonly #door: string;
  /** The primary knows it. */
  readonly url = '';
  #server: Server | null = null;
  readonly #fresh = new WeakSet<Duplex>();
  /** Given by the primary; all others came through the door. */
  readonly #taken = new WeakSet<Duplex>();

  /** @param door path of the Unix socket */
  constructor(door: string) {
    this.#door = door;
  }

  async open(server: Server): Promise<void> {
    // `exclusive`: not by way of the primary, to which servers of workers belong otherwise.
    server.listen({ path: this.#door, exclusive: true });
    await once(server, 'listening');
    this.#server = server;
  }

  /**
   * Takes a connection from the primary.
   * @param bytes what was read from it already, by a worker that has handed it over; null when it is fresh
   */
  take(socket: Socket, bytes: Buffer | null): void {
    if (!this.#server) {
      socket.destroy();
      return;
    }
    // As with connections that a web server accepts itself: who has sent all of a request still gets the answer.
    socket.allowHalfOpen = true;
    if (bytes) socket.unshift(bytes);
    else this.#fresh.add(socket);
    this.#taken.add(socket);
    this.#server.emit('connection', socket);
  }

  /** Whether it comes right from a client, so that what it asks for may be another worker's. */
  isFresh(socket: Duplex): boolean {
    return this.#fresh.has(socket);
  }

  /** Whether another worker has made the connection, to pass a request on. */
  isPassedOn(socket: Duplex): boolean {
    return !this.#taken.has(socket);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(null)));
  }
}
