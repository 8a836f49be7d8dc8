import { createServer, type Server, type Socket } from 'node:net';
import { addressOf, Connections } from './connections.js';
import { encodeFrame, FrameError, FrameReader } from './frames.js';
import { GuessLimit } from './guess-limit.js';
import { Handshake } from './handshake.js';
import { errorResponse } from './response.js';
import { Credentials } from './scram.js';
import { type Engine, Session } from './session.js';

export interface WireOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Of the user `admin`. */
  readonly password: string;
}

/** A client that has not said who it is within this many milliseconds is disconnected. */
const HANDSHAKE_PATIENCE = 20_000;
/** No more queries are read from a client that leaves so many bytes of responses unread. */
const UNREAD_RESPONSES = 8 * 1024 * 1024;

/** A client that was sent away may take so many milliseconds to go. */
const FAREWELL = 5_000;

/** Milliseconds between two notices that connections are refused. */
const REFUSAL_NOTICE_MS = 60_000;

/** Listens for RethinkDB drivers. */
export class WireServer {
  readonly #server: Server;
  readonly #connections: Connections;
  #refusalNotedAt = Number.NEGATIVE_INFINITY;

  /** Resolves when it listens; rejects with Node's error (EADDRINUSE, ...). */
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
    const guesses = new GuessLimit(engine.limits);
    const connections = new Connections(engine.limits);
    this.#connections = connections;
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      if (connections.add(socket)) serve(socket, { engine, credentials, guesses, connections });
      // Without a text: RethinkDB's driver for JavaScript throws from a callback at an error it has not asked for.
      else {
        socket.destroy();
        this.#noteRefusal(engine);
      }
    });
  }

  /** An operator should know, but not of each: clients try again and again. */
  #noteRefusal({ onNotice, limits }: Engine): void {
    const now = performance.now();
    if (now - this.#refusalNotedAt < REFUSAL_NOTICE_MS) return;
    this.#refusalNotedAt = now;
    onNotice(
      `connections are refused: at most ${limits.connections} may be open, of them at most ${limits.strangers} ` +
        `without authentication, and ${limits.strangersOfAddress} of these from one address`,
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

interface Parts {
  readonly engine: Engine;
  readonly credentials: Credentials;
  readonly guesses: GuessLimit;
  readonly connections: Connections;
}

/** One connection: the handshake, then frames for a session. */
function serve(socket: Socket, { engine, credentials, guesses, connections }: Parts): void {
  const reader = new FrameReader(engine.budget);
  const session = new Session(engine, (token, json) => send(socket, encodeFrame(token, json)));
  const address = addressOf(socket);
  const guard = {
    admit: () => {
      connections.isChecking(socket);
      // The wait for other attempts is not the client's delay.
      patience.refresh();
      return guesses.admit(address);
    },
    failed: () => guesses.failed(address),
  };
  const handshake = new Handshake(credentials, guard, (bytes) => send(socket, bytes));
  const patience = setTimeout(() => socket.destroy(), HANDSHAKE_PATIENCE);
  patience.unref();
  let receiving: NodeJS.Timeout | undefined;

  const read = (chunk: Buffer) => {
    try {
      for (const frame of reader.read(chunk)) {
        clearTimeout(receiving);
        receiving = undefined;
        session.receive(frame);
      }
      if (reader.isIncomplete) receiving ??= setTimeout(dismiss, engine.limits.queryReceiveMs).unref();
    } catch (error) {
      if (error instanceof FrameError) send(socket, encodeFrame(error.token, errorResponse(error)));
      else engine.onFault(error);
      dismiss();
    }
  };
  const greet = async (chunk: Buffer) => {
    socket.pause();
    const goesOn = await handshake.receive(chunk);
    if (socket.destroyed) return;
    socket.resume();
    if (!goesOn) return dismiss();
    if (!handshake.complete) return;
    clearTimeout(patience);
    connections.authenticated(socket);
    if (handshake.rest.length > 0) read(handshake.rest);
  };
  const receive = (chunk: Buffer) => {
    if (handshake.complete) return read(chunk);
    greet(chunk).catch((error) => {
      engine.onFault(error);
      socket.destroy();
    });
  };

  /** The last response is sent; what still comes in is dropped, so that it does not become a reset. */
  const dismiss = () => {
    socket.end();
    socket.off('data', receive).resume();
    setTimeout(() => socket.destroy(), FAREWELL).unref();
  };

  socket.on('data', receive);
  socket.on('drain', () => socket.resume());
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    clearTimeout(patience);
    clearTimeout(receiving);
    reader.discard();
    session.close();
  });
}

function send(socket: Socket, bytes: Buffer): void {
  if (socket.destroyed || socket.writableEnded) return;
  socket.write(bytes);
  if (socket.writableLength > UNREAD_RESPONSES) socket.pause();
}
