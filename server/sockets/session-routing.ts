import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Routing of engine.io sessions between several processes that serve one port. A session is in the memory of one
 * process, but polling requests, and the request that upgrades to a WebSocket, may reach any of them.
 */
export interface SessionRouting {
  /** Creates the id of a session of this process. The other processes can derive its owner from it. */
  newSessionId(): string;
  /** Intercepts requests under `pathname` whose session belongs to another process, before the server's listeners. */
  install(server: Server, pathname: string): void;
  /** Whether another process opened the connection in order to forward a request. */
  isFromWorker(socket: Duplex): boolean;
  /** Ends all requests that are being forwarded. */
  stop(): void;
}
