import { type ErrorKind, ReqlError } from '../datum/reql-error.js';
import type { ByteBudget } from './limits.js';

/** A request frame: 8 bytes token and 4 bytes length, little endian, then JSON. */
export interface Frame {
  readonly token: bigint;
  readonly body: Buffer;
}

const HEADER_BYTES = 12;
/** RethinkDB's limit: a query must be smaller. */
const QUERY_LIMIT_BYTES = 128 * 1024 * 1024;
/** Bytes of an incomplete frame that every connection may hold without the shared budget. */
const FREE_BYTES = 64 * 1024;

/** Splits the bytes of a connection into frames. Chunks may end anywhere. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;
  readonly #budget: ByteBudget;
  /** Bytes taken from the budget. */
  #taken = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /** True if a frame has begun and is not complete. */
  get isIncomplete(): boolean {
    return this.#length > 0;
  }

  /**
   * The frames that this chunk completes.
   * @throws FrameError CLIENT if a frame announces 128 MiB or more: nothing after it can be read; RESOURCE_LIMIT if the
   * server holds too many bytes of frames
   */
  *read(chunk: Buffer): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (;;) {
      if (this.#length < HEADER_BYTES) return this.#settle();
      const header = this.#peek(HEADER_BYTES);
      const token = header.readBigInt64LE(0);
      const size = header.readUInt32LE(8);
      if (size >= QUERY_LIMIT_BYTES) {
        const text = `Query size (${size}) greater than maximum (${QUERY_LIMIT_BYTES - 1}).`;
        throw new FrameError(token, 'CLIENT', text);
      }
      if (this.#length < HEADER_BYTES + size) return this.#settle(token);
      yield { token, body: this.#take(HEADER_BYTES + size).subarray(HEADER_BYTES) };
    }
  }

  /** The connection is closed. */
  discard(): void {
    this.#chunks = [];
    this.#length = 0;
    this.#settle();
  }

  /** Takes bytes from the budget or gives bytes back, so that it equals what this reader holds. */
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
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= length) return first;
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }

  #take(length: number): Buffer {
    const [first] = this.#chunks;
    const whole = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#chunks = whole.length > length ? [whole.subarray(length)] : [];
    this.#length -= length;
    return whole.subarray(0, length);
  }
}

/** A frame that is refused. The connection must be closed. */
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
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length);
  frame.writeBigInt64LE(token, 0);
  frame.writeUInt32LE(length, 8);
  frame.write(json, HEADER_BYTES);
  return frame;
}
