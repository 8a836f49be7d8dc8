import type { ServerResponse } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import type { Socket } from 'engine.io';
import type { WebSocket } from 'ws';
import { SLOW_READER_BYTES, type SlowReader, type SlowReaders } from '../limits/slow-readers.js';
import type { EncodedFrames } from '../rooms/frame-batch.js';
import { diagnostics } from '../telemetry/diagnostics-channels.js';

/** Bytes that may wait for one reader. A reader with more is cut off; it comes back and catches up. */
export const WRITE_BUDGET_BYTES = 4 * 1024 * 1024;
/** Milliseconds for a reader to take the close frame, after which the connection is destroyed. */
const FAREWELL_MS = 2_000;

/** The parts of engine.io's socket that its type declarations keep private. */
interface Internals {
  writeBuffer: unknown[];
  transport: {
    name: string;
    writable: boolean;
    /** Of a WebSocket. */
    socket?: WebSocket & { _socket?: TcpSocket };
    /** Of long-polling: the request that waits for something to be sent. */
    res?: ServerResponse | null;
  };
  sendPacket(type: string, data: string, options: { compress: boolean }): void;
}

export interface OutgoingOptions {
  slowReaders: SlowReaders;
  /** More waits for the reader than may: `close` is to be called. */
  overflowed(pendingBytes: number): void;
  /** The reader was slow, and is not any more. */
  caughtUp(): void;
}

/**
 * Everything that is sent to one socket, and how much of it the reader has not taken yet. All bytes count towards one
 * budget, whatever the transport: frames, answers, and the packets that Primus and engine.io send by themselves.
 */
export class Outgoing implements SlowReader {
  /** Bytes that wait in engine.io for the transport. */
  private queuedBytes = 0;
  /** Bytes of answers to polls that the client has not taken yet. */
  private polledBytes = 0;
  private readonly polled = new Set<ServerResponse>();
  private unsharedBytes = 0;
  private isSlowReader = false;
  /** Nothing is sent any more. */
  private isClosed = false;
  private isDestroyed = false;
  private readonly internals: Internals;

  constructor(
    private readonly socket: Socket,
    private readonly parts: OutgoingOptions,
  ) {
    this.internals = socket as unknown as Internals;
    socket.on('packetCreate', ({ data = '' }: { data?: string | Buffer }) => {
      this.queuedBytes += Buffer.byteLength(data) + 1;
      this.check();
    });
    socket.on('flush', () => this.flushed());
    socket.on('drain', () => this.check());
  }

  /** Bytes that were sent and that the operating system has not taken yet. */
  get pendingBytes(): number {
    return this.queuedBytes + this.polledBytes + (this.tcp?.writableLength ?? 0);
  }

  get isSlow(): boolean {
    return !this.isDestroyed && this.pendingBytes > SLOW_READER_BYTES;
  }

  /** False while the reader is slow, when no frame of it should be handled; `caughtUp` is called when that ends. */
  keepsUp(): boolean {
    this.check();
    return !this.isSlow;
  }

  /** An upper bound of the pending bytes that no other socket shares. */
  get ownBytes(): number {
    return Math.min(this.pendingBytes, this.unsharedBytes);
  }

  /** Sends one frame that is for this socket alone. */
  sendJson(json: string): void {
    if (!this.isOpen) return;
    if (this.pendingBytes === 0) this.unsharedBytes = 0;
    this.unsharedBytes += json.length;
    this.internals.sendPacket('message', json, { compress: false });
  }

  /**
   * Sends frames that many sockets get. With a WebSocket and nothing waiting in engine.io, the finished frames go to
   * the TCP socket in one piece, and bypass the work of Primus, engine.io and ws per socket and frame, which
   * dominates the cost of fan-out. Order is kept, as everything sent before is in the same TCP socket already. Otherwise
   * (long-polling, an upgrade under way) each frame takes the ordinary way.
   */
  sendShared(frames: EncodedFrames): void {
    if (!this.isOpen) return;
    const { internals, socket, tcp } = this;
    const { transport, writeBuffer } = internals;
    if (tcp && writeBuffer.length === 0 && transport.writable && !socket.upgrading) {
      tcp.write(frames.webSocket);
      diagnostics.written.publish({ frames: frames.json.length });
      if (tcp.writableLength > SLOW_READER_BYTES) this.check();
      return;
    }
    for (const json of frames.json) internals.sendPacket('message', json, { compress: false });
  }

  /** Stops or resumes reading from a WebSocket. Long-polling has no connection that could be stopped. */
  pauseReading(isPaused: boolean): void {
    const { transport } = this.internals;
    if (transport.name !== 'websocket') return;
    if (isPaused) transport.socket?.pause();
    else transport.socket?.resume();
  }

  /** Sends nothing more, gives a WebSocket the reason, and destroys the connection a moment later. */
  close(code: number, reason: string): void {
    if (this.isClosed) return;
    this.internals.transport.socket?.close(code, reason);
    this.abandon();
  }

  /** The socket is being closed: sends nothing more, and destroys the connection should it not end by itself. */
  abandon(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    setTimeout(() => this.destroy(), FAREWELL_MS).unref();
  }

  /** Destroys the connection and drops all pending bytes. */
  destroy(): void {
    this.isClosed = true;
    this.isDestroyed = true;
    this.internals.transport.socket?.terminate();
    this.socket.close(true);
    for (const response of this.polled) response.destroy();
  }

  overflow(): void {
    if (this.isClosed) this.destroy();
    else this.parts.overflowed(this.pendingBytes);
  }

  caughtUp(): void {
    this.isSlowReader = false;
    this.parts.caughtUp();
  }

  private get isOpen(): boolean {
    return !this.isClosed && this.socket.readyState === 'open';
  }

  private get tcp(): TcpSocket | undefined {
    const { transport } = this.internals;
    return transport.name === 'websocket' ? transport.socket?._socket : undefined;
  }

  /** The queue of engine.io moves to the transport. A WebSocket passes it to the TCP socket, which counts it. */
  private flushed(): void {
    const bytes = this.queuedBytes;
    this.queuedBytes = 0;
    const { res } = this.internals.transport;
    if (!res) return;
    this.polledBytes += bytes;
    this.polled.add(res);
    // Also when it was taken in full.
    res.once('close', () => {
      this.polled.delete(res);
      this.polledBytes -= bytes;
    });
  }

  private check(): void {
    if (this.isClosed) return;
    const { pendingBytes } = this;
    if (pendingBytes > WRITE_BUDGET_BYTES) this.overflow();
    else if (pendingBytes > SLOW_READER_BYTES && !this.isSlowReader) {
      this.isSlowReader = true;
      this.parts.slowReaders.add(this);
    }
  }
}
