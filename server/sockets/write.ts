import type { Socket as TcpSocket } from 'node:net';
import type { Socket } from 'engine.io';
import { diagnostics } from '../diagnostics.js';
import type { EncodedFrames } from '../rooms/frame-batch.js';

/** Bytes that may wait for a reader before it is cut off; it will come back and catch up. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** Packets that may wait for a polling client's next request. */
const MAX_BUFFERED_PACKETS = 2_000;

/** The parts of engine.io's socket that its type declarations keep private. */
interface Internals {
  writeBuffer: unknown[];
  transport: { name: string; writable: boolean; socket?: { _socket?: TcpSocket } };
  sendPacket(type: string, data: string, options: { compress: boolean }): void;
}

/**
 * Writes frames that many sockets get to one of them. With a WebSocket and nothing waiting, the finished frames go to the TCP socket in
 * one piece, past what Primus, engine.io and ws would do once per socket and frame: that is the price of fan-out.
 * Order is kept, as everything sent before is in the same TCP socket already. Otherwise (long-polling, an upgrade
 * under way) each frame takes the ordinary way.
 *
 * @returns false when the reader is too slow to be kept
 */
export function writeEncoded(socket: Socket, frames: EncodedFrames): boolean {
  if (socket.readyState !== 'open') return true;
  const internals = socket as unknown as Internals;
  const { transport, writeBuffer } = internals;
  const tcp = transport.name === 'websocket' ? transport.socket?._socket : undefined;
  if (tcp && writeBuffer.length === 0 && transport.writable && !socket.upgrading) {
    tcp.write(frames.webSocket);
    diagnostics.written.publish({ frames: frames.json.length });
    return tcp.writableLength <= MAX_BUFFERED_BYTES;
  }
  for (const json of frames.json) internals.sendPacket('message', json, { compress: false });
  return writeBuffer.length <= MAX_BUFFERED_PACKETS && (tcp?.writableLength ?? 0) <= MAX_BUFFERED_BYTES;
}

/** Sends one encoded frame the ordinary way. */
export function writeJson(socket: Socket, json: string): void {
  if (socket.readyState === 'open')
    (socket as unknown as Internals).sendPacket('message', json, { compress: false });
}
