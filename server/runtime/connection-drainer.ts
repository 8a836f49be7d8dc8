import { type EventEmitter, once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Time for connections to close by themselves after all requests are answered. */
const CLOSE_TIMEOUT_MS = 500;

/**
 * Drains a web server: answers the requests it has received and closes all connections within a limited time,
 * regardless of what clients do.
 *
 * Node's own methods do not suffice: `server.close()` waits for clients that never send a request,
 * `closeIdleConnections()` spares them, `closeAllConnections()` does not know upgraded connections, and none of them
 * ends a connection on which requests follow each other without a pause. http-terminator destroys connections whose
 * request is incomplete and calls `server.close()`, which here belongs to the listener.
 */
export class ConnectionDrainer {
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  readonly #pendingResponses = new Set<ServerResponse>();
  #isDraining = false;

  /** Must be created before anything answers requests: it prepends its own listener. */
  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => track(socket, this.#connections));
    server.prependListener('request', (_request, response) => {
      track(response, this.#pendingResponses);
      // Keep-alive would let a client prolong its connection with every further request.
      if (this.#isDraining) response.setHeader('Connection', 'close');
    });
  }

  /** Disables keep-alive: each connection closes after its current response. */
  beginDrain(): void {
    this.#isDraining = true;
    this.#server.keepAliveTimeout = 1;
  }

  /** Waits until all requests are answered, at most `timeoutMs`, and closes the connections. */
  async drain(timeoutMs: number): Promise<void> {
    await allClosed(this.#pendingResponses, timeoutMs);
    this.#server.closeIdleConnections();
    await allClosed(this.#connections, CLOSE_TIMEOUT_MS);
    for (const socket of this.#connections) socket.destroy();
  }
}

function track<T extends EventEmitter>(emitter: T, open: Set<T>): void {
  open.add(emitter);
  emitter.once('close', () => open.delete(emitter));
}

async function allClosed(open: Set<EventEmitter>, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  for (const emitter of open) {
    if (!signal.aborted) await once(emitter, 'close', { signal }).catch(() => {});
  }
}
