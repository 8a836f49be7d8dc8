import type { ServerResponse } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import type { Socket, Transport } from 'engine.io';
import type { WebSocket } from 'ws';
import { SLOW_READER_BYTES, type SlowReader, type SlowReaders } from '../limits/slow-readers.js';
import type { EncodedFrames } from '../rooms/frame-batch.js';
import { diagnostics } from '../telemetry/diagnostics-channels.js';

/** Pending bytes of one reader at most. A reader with more is disconnected; it reconnects and catches up. */
export const WRITE_BUDGET_BYTES = 4 * 1024 * 1024;
/** Milliseconds for a reader to receive the close frame, after which the connection is destroyed. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Options of a packet of engine.io. With `wsPreEncodedFrame` a WebSocket writes these bytes instead of the packet's data. */
interface PacketOptions {
  compress: boolean;
  wsPreEncodedFrame?: [Buffer];
}

/** The parts of engine.io and ws that their type declarations keep private; tests/sockets/internals.test.ts. */
interface TransportInternals {
  /** Of a WebSocket. `_socket`: its connection, null after it was closed. */
  socket?: WebSocket & { readonly _socket: TcpSocket | null };
  /** Of long-polling: the poll that has not been answered. */
  res?: ServerResponse | null;
}

export interface OutgoingOptions {
  slowReaders: SlowReaders;
  /** Called when pending bytes exceed the budget; `close` is expected. */
  overflowed(pendingBytes: number): void;
  /** Called when a slow reader has caught up. */
  caughtUp(): void;
}

/**
 * The output of one socket, with the number of bytes that its reader has not received yet. All bytes count towards one
 * budget, with either transport: frames, answers, and the packets that Primus and engine.io send by themselves.
 */
export class Outgoing implements SlowReader {
  readonly #socket: Socket;
  readonly #options: OutgoingOptions;
  /** Bytes that wait in engine.io for the transport. */
  #queuedBytes = 0;
  /** Bytes of answers to polls that the client has not received yet. */
  #polledBytes = 0;
  readonly #polled = new Set<ServerResponse>();
  #unsharedBytes = 0;
  #isSlowReader = false;
  /** Nothing is sent any more. */
  #isClosed = false;
  #isDestroyed = false;

  constructor(socket: Socket, options: OutgoingOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('packetCreate', (packet: { data?: string | Buffer; options?: PacketOptions }) => {
      const [frame] = packet.options?.wsPreEncodedFrame ?? [];
      this.#queuedBytes += frame?.length ?? Buffer.byteLength(packet.data ?? '') + 1;
      this.#check();
    });
    socket.on('flush', () => this.#flushed());
    socket.on('drain', () => this.#check());
  }

  /** Bytes that were sent and that the operating system has not accepted yet. */
  get pendingBytes(): number {
    return this.#queuedBytes + this.#polledBytes + (this.#webSocket?.bufferedAmount ?? 0);
  }

  get isSlow(): boolean {
    return !this.#isDestroyed && this.pendingBytes > SLOW_READER_BYTES;
  }

  /** False while the reader is slow, when none of its frames should be handled; `caughtUp` is called when that ends. */
  keepsUp(): boolean {
    this.#check();
    return !this.isSlow;
  }

  /** An upper bound of the pending bytes that no other socket shares. */
  get ownBytes(): number {
    return Math.min(this.pendingBytes, this.#unsharedBytes);
  }

  /** Sends one frame to this socket only. */
  sendJson(json: string): void {
    if (!this.#isOpen) return;
    if (this.pendingBytes === 0) this.#unsharedBytes = 0;
    this.#unsharedBytes += json.length;
    // Only polls can be compressed, and long ones are: the snapshot of a room is about 30 kB.
    this.#socket.send(json, { compress: true });
  }

  /**
   * Sends frames that many sockets receive. When nothing waits in engine.io, one buffer with all of them goes to the TCP
   * socket of the WebSocket, which keeps the order: all earlier bytes have been written to it. In fan-out to 500 sockets
   * the server uses 2.6 s of CPU time per million deliveries (minimum of 3 runs); 2.8 s when the buffer passes through
   * `transport.send` of engine.io, which allocates and calls back per packet. Otherwise the buffer waits in engine.io, as
   * its option `wsPreEncodedFrame`.
   */
  sendShared(frames: EncodedFrames): void {
    if (!this.#isOpen) return;
    const webSocket = this.#webSocket;
    // Also during an upgrade, when frames may leave by either transport.
    if (!webSocket) {
      for (const json of frames.json) this.#socket.send(json, { compress: false });
      return;
    }
    const tcp = webSocket._socket;
    if (tcp && this.#socket.transport.writable && this.#queuedBytes === 0) {
      tcp.write(frames.webSocket);
      if (tcp.writableLength > SLOW_READER_BYTES) this.#check();
    } else {
      const options: PacketOptions = { compress: false, wsPreEncodedFrame: [frames.webSocket] };
      this.#socket.send('', options);
    }
    diagnostics.written.publish({ frames: frames.json.length });
  }

  /** Stops or resumes reading from a WebSocket. Long-polling has no connection that could be paused. */
  pauseReading(isPaused: boolean): void {
    if (isPaused) this.#webSocket?.pause();
    else this.#webSocket?.resume();
  }

  /** Stops sending, closes a WebSocket with the reason, and destroys the connection after `CLOSE_TIMEOUT_MS`. */
  close(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#webSocket?.close(code, reason);
    this.abandon();
  }

  /** Stops sending to a socket that is being closed, and destroys the connection unless it ends by itself. */
  abandon(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    setTimeout(() => this.destroy(), CLOSE_TIMEOUT_MS).unref();
  }

  /** Destroys the connection and drops all pending bytes. */
  destroy(): void {
    this.#isClosed = true;
    this.#isDestroyed = true;
    this.#webSocket?.terminate();
    this.#socket.close(true);
    for (const response of this.#polled) response.destroy();
  }

  overflow(): void {
    if (this.#isClosed) this.destroy();
    else this.#options.overflowed(this.pendingBytes);
  }

  caughtUp(): void {
    this.#isSlowReader = false;
    this.#options.caughtUp();
  }

  get #isOpen(): boolean {
    return !this.#isClosed && this.#socket.readyState === 'open';
  }

  get #transport(): Transport & TransportInternals {
    return this.#socket.transport;
  }

  get #webSocket(): TransportInternals['socket'] {
    return this.#transport.socket;
  }

  /** engine.io has passed its queue to the transport. A WebSocket counts these bytes as buffered. */
  #flushed(): void {
    const bytes = this.#queuedBytes;
    this.#queuedBytes = 0;
    const { res } = this.#transport;
    if (!res) return;
    this.#polledBytes += bytes;
    this.#polled.add(res);
    // Also emitted when the client has received all of it.
    res.once('close', () => {
      this.#polled.delete(res);
      this.#polledBytes -= bytes;
    });
  }

  #check(): void {
    if (this.#isClosed) return;
    const { pendingBytes } = this;
    if (pendingBytes > WRITE_BUDGET_BYTES) this.overflow();
    else if (pendingBytes > SLOW_READER_BYTES && !this.#isSlowReader) {
      this.#isSlowReader = true;
      this.#options.slowReaders.add(this);
    }
  }
}
