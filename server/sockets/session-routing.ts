import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Which of several processes, that serve one port, has a session of engine.io. A session is in the memory of one
 * process, but the requests of long-polling, and the one that upgrades to a WebSocket, may reach any of them.
 */
export interface SessionRouting {
  /** An id for a new session of this process, from which the others see whose it is. */
  newSessionId(): string;
  /** From now on takes requests under `pathname` that are another process's, before the server's listeners see them. */
  guard(server: Server, pathname: string): void;
  /** Whether a connection comes from another process, which has passed a request on. */
  isPassedOn(socket: Duplex): boolean;
  /** Lets go of what is under way between processes. */
  stop(): void;
}
