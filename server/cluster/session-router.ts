import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { takeListeners } from '../http/gate/take-listeners.js';
import type { SessionRouting } from '../sockets/session-routing.js';
import type { Log } from '../telemetry/logger.js';
import { requestBytes } from './connection-transfer.js';
import { proxyRequest } from './proxy-request.js';
import { newSessionId, workerOfSession } from './session-id.js';
import { workerSocketPath } from './worker-listener.js';

export interface SessionRouterDependencies {
  /** Number of this worker. */
  worker: number;
  /** Directory of the workers' Unix sockets. */
  socketDirectory: string;
  log: Log;
  /** Whether a client opened the connection and no other worker has read from it. */
  isNewConnection(socket: Duplex): boolean;
  /** Whether another worker opened the connection in order to forward a request. */
  isFromWorker(socket: Duplex): boolean;
  /** Transfers a connection, with the bytes that were read from it, to another worker. */
  transfer(owner: number, bytes: Buffer, socket: Socket): void;
}

/**
 * Routes each request to the worker that owns its session. Ordinary requests are forwarded one by one, because the next
 * request on the same connection may belong to another worker. The connection of a WebSocket is transferred as a whole,
 * so that its messages cost no more than if the client had reached the owner directly.
 */
export class SessionRouter implements SessionRouting {
  readonly #dependencies: SessionRouterDependencies;
  readonly #forwarded = new Set<ServerResponse>();

  constructor(dependencies: SessionRouterDependencies) {
    this.#dependencies = dependencies;
  }

  isFromWorker(socket: Duplex): boolean {
    return this.#dependencies.isFromWorker(socket);
  }

  newSessionId(): string {
    return newSessionId(this.#dependencies.worker);
  }

  install(server: Server, pathname: string): void {
    const { worker, socketDirectory, log, isNewConnection, transfer } = this.#dependencies;
    const answerLocally = takeListeners(server, 'request');
    const upgradeLocally = takeListeners(server, 'upgrade');
    const remoteOwner = ({ url, socket }: IncomingMessage) => {
      const owner = isNewConnection(socket) ? workerOfSession(url ?? '/', pathname) : null;
      return owner === worker ? null : owner;
    };
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const owner = remoteOwner(request);
      if (owner === null) return answerLocally(request, response);
      log.debug({ owner }, 'cluster: request forwarded to the owner of its session');
      this.#forwarded.add(response);
      response.once('close', () => this.#forwarded.delete(response));
      const socketPath = workerSocketPath(socketDirectory, owner);
      proxyRequest(socketPath, request, response, () => answerLocally(request, response));
    });
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const owner = remoteOwner(request);
      if (owner === null) return upgradeLocally(request, socket, head);
      log.debug({ owner }, 'cluster: connection transferred to the owner of its session');
      transfer(owner, Buffer.concat([requestBytes(request), head]), socket);
    });
  }

  stop(): void {
    for (const response of this.#forwarded) response.destroy();
  }
}
