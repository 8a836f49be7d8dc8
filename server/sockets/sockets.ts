import type { Server } from 'node:http';
import Primus, { type Spark } from 'primus';
import type { Guests } from '../auth/guest.js';
import { isForeignOrigin } from '../auth/origin.js';
import { ChatError } from '../errors.js';
import type { Log } from '../log.js';
import type { Rooms } from '../rooms/rooms.js';
import { Connection } from './connection.js';
import { dispatch, sendError } from './dispatch.js';

/** Bytes after which a connection is ended (WebSocket close code 1009) without reading on; see MAX_FRAME. */
const MAX_RECEIVED = 1024 * 1024;

export interface SocketParts {
  guests: Guests;
  rooms: Rooms;
  log: Log;
}

/** The browsers' sockets: Primus over engine.io (WebSocket, or long-polling where that does not get through). */
export class Sockets {
  private readonly primus: Primus;
  private readonly connections = new Set<Connection>();

  constructor(
    server: Server,
    private readonly parts: SocketParts,
  ) {
    this.primus = new Primus(server, {
      transformer: 'engine.io',
      pathname: '/primus',
      parser: 'JSON',
      maxLength: MAX_RECEIVED,
      iknowclusterwillbreakconnections: true,
      transport: { perMessageDeflate: false, httpCompression: false },
    });
    this.primus.authorize((request, done) => {
      if (!isForeignOrigin(request.headers.origin, request.headers.host)) return done();
      done(Object.assign(new Error('bad-origin'), { statusCode: 403 }));
    });
    this.primus.on('connection', (spark: Spark) => this.connected(spark));
  }

  /** How many sockets are open. */
  get size(): number {
    return this.connections.size;
  }

  /** The browser's side of Primus, as JavaScript text. */
  get library(): string {
    return this.primus.library();
  }

  /** Asks all browsers to come back (to whoever serves then), spread over `spreadMs` milliseconds. */
  sayGoingAway(spreadMs: number): void {
    for (const connection of this.connections) {
      connection.send({ type: 'goingAway', retryAfterMs: Math.round(Math.random() * spreadMs) });
    }
  }

  /** Ends all sockets; browsers reconnect by themselves. */
  close(): Promise<void> {
    return new Promise((resolve) => this.primus.destroy({ close: false, reconnect: true }, resolve));
  }

  private connected(spark: Spark): void {
    const { guests, rooms, log } = this.parts;
    const identity = guests.identify(spark.headers.cookie) ?? guests.newGuest();
    const connection = new Connection(spark, identity, rooms);
    this.connections.add(connection);
    spark.on('data', (frame: unknown, raw: unknown) => {
      const bytes = typeof raw === 'string' ? Buffer.byteLength(raw) : 0;
      void dispatch(connection, frame, bytes, this.parts, log);
    });
    spark.on('error', (error: Error) => {
      // A frame that cannot be parsed; without a listener it would end the process.
      sendError(connection, new ChatError('bad-json', 'the frame is not valid JSON'));
      log.debug({ reason: error.message }, 'socket: error');
    });
    spark.on('end', () => {
      connection.close();
      this.connections.delete(connection);
    });
    connection.send({ type: 'welcome', id_socket: connection.id, user: identity });
  }
}
