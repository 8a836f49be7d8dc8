import { createServer, type Server, type Socket } from 'node:net';
import { encodeFrame, FrameReader, OversizeError } from './frames.js';
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

/** Listens for RethinkDB drivers. */
export class WireServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

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
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      serve(socket, engine, credentials);
    });
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Stops listening and disconnects every client. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** One connection: the handshake, then frames for a session. */
function serve(socket: Socket, engine: Engine, credentials: Credentials): void {
  const reader = new FrameReader();
  const session = new Session(engine, (token, json) => send(socket, encodeFrame(token, json)));
  const handshake = new Handshake(credentials, (bytes) => send(socket, bytes));
  const patience = setTimeout(() => socket.destroy(), HANDSHAKE_PATIENCE);
  patience.unref();

  const read = (chunk: Buffer) => {
    try {
      for (const frame of reader.read(chunk)) session.receive(frame);
    } catch (error) {
      if (error instanceof OversizeError) send(socket, encodeFrame(error.token, errorResponse(error)));
      else engine.onFault(error);
      dismiss();
    }
  };
  const receive = (chunk: Buffer) => {
    if (handshake.complete) return read(chunk);
    if (!handshake.receive(chunk)) dismiss();
    else if (handshake.complete) {
      clearTimeout(patience);
      if (handshake.rest.length > 0) read(handshake.rest);
    }
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
    session.close();
  });
}

function send(socket: Socket, bytes: Buffer): void {
  if (socket.destroyed || socket.writableEnded) return;
  socket.write(bytes);
  if (socket.writableLength > UNREAD_RESPONSES) socket.pause();
}
