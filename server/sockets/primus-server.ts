import type { IncomingMessage, Server } from 'node:http';
import Primus from 'primus';
import { toChatError } from '../protocol/errors.js';
import type { SessionRouting } from './session-routing.js';

/** Bytes of a WebSocket message; a longer one closes the connection with code 1009 without being read. See MAX_FRAME_BYTES. */
const MAX_RECEIVED_BYTES = 1024 * 1024;
/** Bytes from which a response to a poll is compressed: snapshots are, the frames of a conversation are not. */
const COMPRESSED_BYTES = 4 * 1024;
/** Path of the sockets. */
export const PATHNAME = '/primus';

/** Milliseconds between two pings, and for a socket to answer one; without an answer it is closed. */
export interface SocketHeartbeat {
  pingInterval: number;
  pingTimeout: number;
}

export interface PrimusServerOptions {
  heartbeat?: SocketHeartbeat | undefined;
  /** Where several processes serve one port. */
  routing?: SessionRouting | undefined;
  /** Decides about each request for a socket. Rejects with a ChatError, whose code and status are the answer. */
  admit(request: IncomingMessage): Promise<void>;
}

/** Attaches Primus over engine.io (WebSocket, or long-polling where WebSockets are blocked) to a server. */
export function createPrimus(server: Server, { heartbeat, routing, admit }: PrimusServerOptions): Primus {
  const primus = new Primus(server, {
    transformer: 'engine.io',
    pathname: PATHNAME,
    parser: 'JSON',
    maxLength: MAX_RECEIVED_BYTES,
    iknowclusterwillbreakconnections: true,
    transport: { perMessageDeflate: false, httpCompression: { threshold: COMPRESSED_BYTES }, ...heartbeat },
  });
  // `cors` parses the header Origin with legacy url.parse, which throws; `admit` checks origins. The other two serve
  // Primus' client and a description of the server, which the page does not load.
  for (const middleware of ['cors', 'primus.js', 'spec'] as const) primus.remove(middleware);
  if (routing) {
    primus.transformer.service.generateId = () => routing.newSessionId();
    routing.install(server, PATHNAME);
  }
  primus.authorize((request, done) => {
    admit(request).then(
      () => done(),
      (error) => {
        const { code, status } = toChatError(error);
        done(Object.assign(new Error(code), { statusCode: status }));
      },
    );
  });
  return primus;
}

/** Whether a request belongs to an open session. Like engine.io it uses the last `sid` of several. */
export function hasSession(primus: Primus, { url = '/' }: IncomingMessage): boolean {
  const sid = new URL(`http://localhost${url}`).searchParams.getAll('sid').at(-1);
  return sid !== undefined && Object.hasOwn(primus.transformer.service.clients, sid);
}
