import { type EventEmitter, once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds for connections to end by themselves when all requests are answered. */
const LINGER = 500;

/** What is under way at a web server, so that it can be brought to an end: nothing that clients do or omit delays it. */
export class ConnectionDrainer {
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  readonly #unanswered = new Set<ServerResponse>();
  #isEnding = false;

  /** Sees requests before all that listens to the server so far. */
  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => track(socket, this.#connections));
    server.prependListener('request', (_request, response) => {
      track(response, this.#unanswered);
      // Who keeps a connection alive would otherwise keep it, request by request, for as long as he likes.
      if (this.#isEnding) response.setHeader('Connection', 'close');
    });
  }

  /** From now on no connection outlives the answer to its present request. */
  beginDrain(): void {
    this.#isEnding = true;
    this.#server.keepAliveTimeout = 1;
  }

  /** Waits until all requests are answered, at most so many milliseconds, and ends the connections. */
  async drain(withinMs: number): Promise<void> {
    await allClosed(this.#unanswered, withinMs);
    this.#server.closeIdleConnections();
    await allClosed(this.#connections, LINGER);
    for (const socket of this.#connections) socket.destroy();
  }
}

function track<T extends EventEmitter>(one: T, open: Set<T>): void {
  open.add(one);
  one.once('close', () => open.delete(one));
}

async function allClosed(open: Set<EventEmitter>, withinMs: number): Promise<void> {
  const signal = AbortSignal.timeout(withinMs);
  for (const one of open) {
    if (!signal.aborted) await once(one, 'close', { signal }).catch(() => {});
  }
}
