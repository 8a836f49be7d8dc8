import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../log.js';
import type { SessionRouting } from '../sockets/session-routing.js';
import { requestBytes } from './connection-handover.js';
import { RequestHop } from './request-hop.js';
import { newSessionId, workerOfSession } from './session-id.js';

export interface SessionRouterParts {
  /** This worker's number. */
  worker: number;
  /** Where the workers' Unix sockets are. */
  folder: string;
  log: Log;
  /** Gives a connection, with the bytes that were read from it, to another worker. */
  handOver(owner: number, bytes: Buffer, socket: Socket): void;
}

/**
 * Brings each request to the worker that has its session. An ordinary request is passed on over a hop, alone, as the
 * next one on its connection may be another worker's. A WebSocket's connection is handed over for good, so that what
 * travels on it costs no more than if it had come to the right worker at once.
 */
export class SessionRouter implements SessionRouting {
  private readonly hop: RequestHop;
  private server: Server | null = null;
  /** Connections that others have handed over: what they ask for is answered here, whoever's it is. */
  private readonly adopted = new WeakSet<Duplex>();

  constructor(private readonly parts: SessionRouterParts) {
    this.hop = new RequestHop(parts.folder, parts.worker);
  }

  newSessionId(): string {
    return newSessionId(this.parts.worker);
  }

  /** Listens for the others. */
  open(): Promise<void> {
    return this.hop.open();
  }

  guard(server: Server, pathname: string): void {
    const { worker, log, handOver } = this.parts;
    this.server = server;
    const answer = takeListeners(server, 'request');
    const upgrade = takeListeners(server, 'upgrade');
    const otherOwner = ({ url, socket }: IncomingMessage) => {
      const owner = this.adopted.has(socket) ? null : workerOfSession(url ?? '/', pathname);
      return owner === worker ? null : owner;
    };
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const owner = otherOwner(request);
      if (owner === null) return answer(request, response);
      log.debug({ owner }, 'cluster: request passed on');
      this.hop.passOn(owner, request, response, () => answer(request, response));
    });
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const owner = otherOwner(request);
      if (owner === null) return upgrade(request, socket, head);
      log.debug({ owner }, 'cluster: connection handed over');
      handOver(owner, Buffer.concat([requestBytes(request), head]), socket);
    });
    this.hop.onRequest(answer);
  }

  /** Goes on with a connection that another worker has handed over. */
  adopt(socket: Socket, bytes: Buffer): void {
    if (!this.server) {
      socket.destroy();
      return;
    }
    this.adopted.add(socket);
    socket.unshift(bytes);
    this.server.emit('connection', socket);
  }

  stop(): void {
    this.hop.close();
  }
}

/** Takes an event's listeners from a server. @returns calls them */
function takeListeners(server: Server, event: 'request' | 'upgrade'): (...args: unknown[]) => void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  return (...args) => {
    for (const listener of listeners) listener.apply(server, args);
  };
}
