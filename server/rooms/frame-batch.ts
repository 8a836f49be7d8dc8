import { Sender } from 'ws';
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

  /** All frames as WebSocket frames (unmasked text) of engine.io messages (type 4), in one buffer. */
  get webSocket(): Buffer {
    this.#encoded ??= Buffer.concat(this.json.flatMap((json) => webSocketFrame(`4${json}`)));
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

/** @returns the header and the payload of one frame */
function webSocketFrame(text: string): Buffer[] {
  return Sender.frame(Buffer.from(text), { fin: true, opcode: 1, mask: false, readOnly: true, rsv1: false });
}
