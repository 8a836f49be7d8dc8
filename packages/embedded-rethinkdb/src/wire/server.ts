import { createServer, type Server, type Socket } from 'node:net';
import { addressOf, Connections } from './connections.js';
import { encodeFrame, FrameError, FrameReader } from './frames.js';
import { Handshake } from './handshake.js';
import { listen, listenAtSocket } from './listen.js';
import { LoginThrottle } from './login-throttle.js';
import { errorResponse } from './response.js';
import { Credentials } from './scram.js';
import { type Engine, Session } from './session.js';

export interface WireOptions {
  readonly host: string;
  /** 0: any free port; null: no TCP port. */
  readonly port: number | null;
  /** The path of a Unix socket; null: none. */
  readonly socketPath: string | null;
  /** The password of the user `admin`. */
  readonly password: string;
}

/** Time within which a client must authenticate. */
const HANDSHAKE_TIMEOUT_MS = 20_000;
/** Unread responses of a client above which no more of its queries are read. */
const UNREAD_RESPONSE_BYTES = 8 * 1024 * 1024;
/** Time after which a connection that the server ended is destroyed. */
const CLOSE_TIMEOUT_MS = 5_000;
/** Time between two notices that connections are refused. */
const REFUSAL_NOTICE_MS = 60_000;

/** The server for RethinkDB drivers: a TCP port, a Unix socket, or both. */
export class WireServer {
  readonly #servers: Server[] = [];
  readonly #connections: Connections;
  readonly #engine: Engine;
  readonly #accept: (socket: Socket) => void;
  #refusalReportedAt = Number.NEGATIVE_INFINITY;

  /** Resolves when the server listens. Rejects with Node's error (EADDRINUSE, …). */
  static async listen(engine: Engine, options: WireOptions): Promise<WireServer> {
    const server = new WireServer(engine, new Credentials(options.password));
    const { host, port, socketPath } = options;
    try {
      if (port !== null) await listen(server.#newServer(), { host, port });
      if (socketPath !== null) await listenAtSocket(server.#newServer(), socketPath);
    } catch (error) {
      await server.close();
      throw error;
    }
    for (const one of server.#servers) one.on('error', engine.onFault);
    return server;
  }

  private constructor(engine: Engine, credentials: Credentials) {
    const logins = new LoginThrottle(engine.limits);
    const connections = new Connections(engine.limits);
    this.#engine = engine;
    this.#connections = connections;
    this.#accept = (socket) => {
      if (connections.add(socket)) serve(socket, { engine, credentials, logins, connections });
      else this.#refuse(socket);
    };
  }

  #newServer(): Server {
    const server = createServer({ noDelay: true, keepAlive: true }, this.#accept);
    this.#servers.push(server);
    return server;
  }

  /** Sends no message: RethinkDB's JavaScript driver throws from a callback if it gets an unexpected error. */
  #refuse(socket: Socket): void {
    socket.destroy();
    this.#reportRefusal(this.#engine);
  }

  /** Notifies the operator, but not of each refusal: clients retry often. */
  #reportRefusal({ onNotice, limits }: Engine): void {
    const now = performance.now();
    if (now - this.#refusalReportedAt < REFUSAL_NOTICE_MS) return;
    this.#refusalReportedAt = now;
    onNotice(
      `connections are refused: at most ${limits.connections} may be open, of them at most ${limits.unauthenticated} ` +
        `without authentication, and ${limits.unauthenticatedPerAddress} of these from one address`,
    );
  }

  /** The TCP port; null without one. */
  get port(): number | null {
    for (const server of this.#servers) {
      const address = server.address();
      if (typeof address === 'object' && address !== null) return address.port;
    }
    return null;
  }

  /** Stops listening and disconnects every client. */
  async close(): Promise<void> {
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    for (const socket of this.#connections.all) socket.destroy();
    await Promise.all(closed);
  }
}

interface ConnectionDependencies {
  readonly engine: Engine;
  readonly credentials: Credentials;
  readonly logins: LoginThrottle;
  readonly connections: Connections;
}

/** One connection: the handshake, then frames for a session. */
function serve(socket: Socket, { engine, credentials, logins, connections }: ConnectionDependencies): void {
  const reader = new FrameReader(engine.budget);
  const session = new Session(engine, (token, json) => send(socket, encodeFrame(token, json)));
  const address = addressOf(socket);
  const guard = {
    admit: () => {
      connections.markPasswordSent(socket);
      // The client is not responsible for the delay by other attempts.
      handshakeTimeout.refresh();
      return logins.admit(address);
    },
    failed: () => logins.failed(address),
  };
  const handshake = new Handshake(credentials, guard, (bytes) => send(socket, bytes));
  const handshakeTimeout = setTimeout(() => socket.destroy(), HANDSHAKE_TIMEOUT_MS);
  handshakeTimeout.unref();
  let receiveTimeout: NodeJS.Timeout | undefined;

  const read = (chunk: Buffer) => {
    try {
      for (const frame of reader.read(chunk)) {
        clearTimeout(receiveTimeout);
        receiveTimeout = undefined;
        session.receive(frame);
      }
      if (reader.isIncomplete) receiveTimeout ??= setTimeout(end, engine.limits.queryReceiveMs).unref();
    } catch (error) {
      if (error instanceof FrameError) send(socket, encodeFrame(error.token, errorResponse(error)));
      else engine.onFault(error);
      end();
    }
  };
  const authenticate = async (chunk: Buffer) => {
    socket.pause();
    const isAccepted = await handshake.receive(chunk);
    if (socket.destroyed) return;
    socket.resume();
    if (!isAccepted) return end();
    if (!handshake.isComplete) return;
    clearTimeout(handshakeTimeout);
    connections.markAuthenticated(socket);
    if (handshake.rest.length > 0) read(handshake.rest);
  };
  const receive = (chunk: Buffer) => {
    if (handshake.isComplete) return read(chunk);
    authenticate(chunk).catch((error) => {
      engine.onFault(error);
      socket.destroy();
    });
  };

  /** Ends the connection after the last response. Drops further input, which would cause a reset. */
  const end = () => {
    socket.end();
    socket.off('data', receive).resume();
    setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS).unref();
  };

  socket.on('data', receive);
  socket.on('drain', () => socket.resume());
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    clearTimeout(handshakeTimeout);
    clearTimeout(receiveTimeout);
    reader.discard();
    session.close();
  });
}

function send(socket: Socket, bytes: Buffer): void {
  if (socket.destroyed || socket.writableEnded) return;
  socket.write(bytes);
  if (socket.writableLength > UNREAD_RESPONSE_BYTES) socket.pause();
}
