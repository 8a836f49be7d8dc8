import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { takeListeners } from '../http/gate/take-listeners.js';
import type { SessionRouting } from '../sockets/session-routing.js';
import type { Log } from '../telemetry/logger.js';
import { requestBytes } from './connection-handover.js';
import { proxyRequest } from './proxy-request.js';
import { newSessionId, workerOfSession } from './session-id.js';
import { workerSocketPath } from './worker-listener.js';

export interface SessionRouterDependencies {
  /** This worker's number. */
  worker: number;
  /** Where the workers' doors are. */
  folder: string;
  log: Log;
  /** Whether a connection comes right from a client. What comes by way of another worker is answered here. */
  isFresh(socket: Duplex): boolean;
  /** Whether a connection was made by another worker, to pass a request on. */
  isPassedOn(socket: Duplex): boolean;
  /** Gives a connection, with the bytes that were read from it, to another worker. */
  handOver(owner: number, bytes: Buffer, socket: Socket): void;
}

/**
 * Brings each request to the worker that has its session. An ordinary request is passed on, alone, as the next one on
 * its connection may be another worker's. A WebSocket's connection is handed over for good, so that what travels on it
 * costs no more than if it had come to the right worker at once.
 */
export class SessionRouter implements SessionRouting {
  readonly #parts: SessionRouterDependencies;
  readonly #underWay = new Set<ServerResponse>();

  constructor(parts: SessionRouterDependencies) {
    this.#parts = parts;
  }

  isPassedOn(socket: Duplex): boolean {
    return this.#parts.isPassedOn(socket);
  }

  newSessionId(): string {
    return newSessionId(this.#parts.worker);
  }

  guard(server: Server, pathname: string): void {
    const { worker, folder, log, isFresh, handOver } = this.#parts;
    const answer = takeListeners(server, 'request');
    const upgrade = takeListeners(server, 'upgrade');
    const otherOwner = ({ url, socket }: IncomingMessage) => {
      const owner = isFresh(socket) ? workerOfSession(url ?? '/', pathname) : null;
      return owner === worker ? null : owner;
    };
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const owner = otherOwner(request);
      if (owner === null) return answer(request, response);
      log.debug({ owner }, 'cluster: request passed on');
      this.#underWay.add(response);
      response.once('close', () => this.#underWay.delete(response));
      proxyRequest(workerSocketPath(folder, owner), request, response, () => answer(request, response));
    });
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const owner = otherOwner(request);
      if (owner === null) return upgrade(request, socket, head);
      log.debug({ owner }, 'cluster: connection handed over');
      handOver(owner, Buffer.concat([requestBytes(request), head]), socket);
    });
  }

  stop(): void {
    for (const response of this.#underWay) response.destroy();
  }
}
