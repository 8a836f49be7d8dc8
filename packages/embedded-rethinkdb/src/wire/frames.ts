import { type ErrorKind, ReqlError } from '../values/reql-error.js';
import type { ByteBudget } from './limits.js';

/** A query as it comes in: 8 bytes token and 4 bytes length, little endian, then JSON. */
export interface Frame {
  readonly token: bigint;
  readonly body: Buffer;
}

const HEADER = 12;
const TOO_LARGE = 128 * 1024 * 1024;
/** What every connection may hold of a frame that is not complete, whatever the others hold. */
const FREE_BYTES = 64 * 1024;

/** Cuts what comes over a connection into frames, however it was cut on the way. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;
  readonly #budget: ByteBudget;
  /** Bytes that were taken from the budget. */
  #taken = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /** A frame has begun and is not complete. */
  get isIncomplete(): boolean {
    return this.#length > 0;
  }

  /**
   * The frames that are complete with this chunk. Throws a CLIENT error, with the token of the frame as
   * `token`, if one announces more than 128 MiB: what follows cannot be read any more. Throws RESOURCE_LIMIT if
   * the server holds too many bytes of frames already.
   */
  *read(chunk: Buffer): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (;;) {
      if (this.#length < HEADER) return this.#settle();
      const header = this.#peek(HEADER);
      const token = header.readBigInt64LE(0);
      const size = header.readUInt32LE(8);
      if (size >= TOO_LARGE) {
        const text = `Query size (${size}) greater than maximum (${TOO_LARGE - 1}).`;
        throw new FrameError(token, 'CLIENT', text);
      }
      if (this.#length < HEADER + size) return this.#settle(token);
      yield { token, body: this.#take(HEADER + size).subarray(HEADER) };
    }
  }

  /** The connection is closed. */
  discard(): void {
    this.#chunks = [];
    this.#length = 0;
    this.#settle();
  }

  /** Takes from the budget, or gives back, so that it has what is held now. */
  #settle(token = 0n): void {
    const wanted = Math.max(0, this.#length - FREE_BYTES);
    if (wanted <= this.#taken) this.#budget.give(this.#taken - wanted);
    else {
      try {
        this.#budget.take(wanted - this.#taken);
      } catch (error) {
        throw error instanceof ReqlError ? new FrameError(token, error.kind, error.message) : error;
      }
    }
    this.#taken = wanted;
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

/** A frame that is not taken. The connection is of no further use. */
export class FrameError extends ReqlError {
  constructor(
    readonly token: bigint,
    kind: ErrorKind,
    message: string,
  ) {
    super(kind, message);
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
