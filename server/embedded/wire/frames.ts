import { ReqlError } from '../values/reql-error.js';

/** A query as it comes in: 8 bytes token and 4 bytes length, little endian, then JSON. */
export interface Frame {
  readonly token: bigint;
  readonly body: Buffer;
}

const HEADER = 12;
const TOO_LARGE = 128 * 1024 * 1024;

/** Cuts what comes over a connection into frames, however it was cut on the way. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /**
   * The frames that are complete with this chunk. Throws a CLIENT error, with the token of the frame as
   * `token`, if one announces more than 128 MiB: what follows cannot be read any more.
   */
  *read(chunk: Buffer): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (;;) {
      if (this.#length < HEADER) return;
      const header = this.#peek(HEADER);
      const token = header.readBigInt64LE(0);
      const size = header.readUInt32LE(8);
      if (size >= TOO_LARGE) throw new OversizeError(token, size);
      if (this.#length < HEADER + size) return;
      yield { token, body: this.#take(HEADER + size).subarray(HEADER) };
    }
  }

  #peek(length: number): Buffer {
    if (this.#chunks[0]!.length < length) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }

  #take(length: number): Buffer {
    const whole = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = whole.length > length ? [whole.subarray(length)] : [];
    this.#length -= length;
    return whole.subarray(0, length);
  }
}

export class OversizeError extends ReqlError {
  constructor(
    readonly token: bigint,
    size: number,
  ) {
    super('CLIENT', `Query size (${size}) greater than maximum (${TOO_LARGE - 1}).`);
  }
}

/** The bytes of a response. */
export function encodeFrame(token: bigint, json: string): Buffer {
  const length = Buffer.byteLength(json);
  const frame = Buffer.allocUnsafe(HEADER + length);
  frame.writeBigInt64LE(token, 0);
  frame.writeUInt32LE(length, 8);
  frame.write(json, HEADER);
  return frame;
}
