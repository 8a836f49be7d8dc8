import type { RoomFrame } from '../protocol/server-frames.js';

/** Frames that are encoded once for any number of sockets. */
export class EncodedFrames {
  /** Each frame as JSON text. */
  readonly json: string[];
  #encoded: Buffer | null = null;

  /** @param frames objects, or their JSON text */
  constructor(frames: readonly (object | string)[]) {
    this.json = frames.map((frame) => (typeof frame === 'string' ? frame : JSON.stringify(frame)));
  }

  /** All frames as finished WebSocket frames (RFC 6455, unmasked text) of engine.io messages, in one piece. */
  get webSocket(): Buffer {
    this.#encoded ??= Buffer.concat(this.json.map((json) => webSocketFrame(`4${json}`)));
    return this.#encoded;
  }
}

/** The frames of a room in one turn of the event loop. */
export class FrameBatch extends EncodedFrames {
  /**
   * @param frames in order, or their JSON text
   * @param epoch identifies the run of the room to which the numbers belong
   * @param first number of the first frame; the others follow
   */
  constructor(
    frames: readonly (RoomFrame | string)[],
    readonly epoch: string,
    readonly first: number,
  ) {
    super(frames);
  }
}

/** RFC 6455, section 5.2: FIN and opcode 1 (text), then the length in 7, 16 or 64 bits. */
function webSocketFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.of(0x81, length), payload]);
  if (length < 65_536) return Buffer.concat([Buffer.of(0x81, 126, length >> 8, length & 0xff), payload]);
  const header = Buffer.alloc(10);
  header.writeUInt16BE(0x817f);
  header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}
