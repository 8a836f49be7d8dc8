import { createServer, type Server, type Socket } from 'node:net';
import { addressOf, Connections } from './connections.js';
import { encodeFrame, FrameError, FrameReader } from './frames.js';
import { Handshake } from './handshake.js';
import { LoginThrottle } from './login-throttle.js';
import { errorResponse } from './response.js';
import { Credentials } from './scram.js';
import { type Engine, Session } from './session.js';

export interface WireOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
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

/** The server for RethinkDB drivers. */
export class WireServer {
  readonly #server: Server;
  readonly #connections: Connections;
  #refusalReportedAt = Number.NEGATIVE_INFINITY;

  /** Resolves when the server listens. Rejects with Node's error (EADDRINUSE, …). */
  static async listen(engine: Engine, options: WireOptions): Promise<WireServer> {
    const server = new WireServer(engine, new Credentials(options.password));
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject);
      server.#server.listen(options.port, options.host, () => {
        server.#server.off('error', reject);
        server.#server.on('error', engine.onFault);
        resolve();
      });
    });
    return server;
  }

  private constructor(engine: Engine, credentials: Credentials) {
    const logins = new LoginThrottle(engine.limits);
    const connections = new Connections(engine.limits);
    this.#connections = connections;
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      if (connections.add(socket)) serve(socket, { engine, credentials, logins, connections });
      // Closed without a message: RethinkDB's JavaScript driver throws from a callback if it gets an unexpected error.
      else {
        socket.destroy();
        this.#reportRefusal(engine);
      }
    });
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

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Stops listening and disconnects every client. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#connections.all) socket.destroy();
    await closed;
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
