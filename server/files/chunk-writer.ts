import type { FileTable } from '../database/tables/file-table.js';

/**
 * Bytes of a chunk. A row of RethinkDB should stay far below 16 MB, and a chunk is copied several times on its way: in base64 it
 * takes a third more.
 */
export const CHUNK_BYTES = 256 * 1024;

/** Writes the content of a file in chunks of `CHUNK_BYTES`. */
export class ChunkWriter {
  readonly #files: Pick<FileTable, 'addChunk'>;
  readonly #id: string;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #chunks = 0;
  #size = 0;

  constructor(files: Pick<FileTable, 'addChunk'>, id: string) {
    this.#files = files;
    this.#id = id;
  }

  /** Bytes of the content. */
  get size(): number {
    return this.#size;
  }

  /** Resolves when the complete chunks are stored. */
  async write(part: Buffer): Promise<void> {
    this.#pending.push(part);
    this.#pendingBytes += part.length;
    this.#size += part.length;
    while (this.#pendingBytes >= CHUNK_BYTES) await this.#flush(CHUNK_BYTES);
  }

  async end(): Promise<void> {
    if (this.#pendingBytes > 0) await this.#flush(this.#pendingBytes);
  }

  async #flush(bytes: number): Promise<void> {
    const whole = Buffer.concat(this.#pending);
    const rest = whole.subarray(bytes);
    this.#pending = rest.length > 0 ? [rest] : [];
    this.#pendingBytes = rest.length;
    await this.#files.addChunk(this.#id, this.#chunks, whole.subarray(0, bytes));
    this.#chunks += 1;
  }
}
