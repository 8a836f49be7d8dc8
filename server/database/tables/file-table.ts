import type { MessageFile } from '../../protocol/message.js';
import type { Database } from '../connection/database.js';
import { millisecondsOf, r, timeOf } from '../connection/reql.js';
import type { Datum, Table } from '../connection/reql-types.js';
import type { FileChunkRow, FileRow } from '../schema/rows.js';
import { FILE_CHUNKS, FILES, MESSAGES } from '../schema/tables.js';
import { toMessageFile } from './message-files.js';

/** A file that was uploaded completely. */
export interface StoredFile {
  file: MessageFile;
  room: string;
  id_user: string | null;
  hasThumbnail: boolean;
  /** Bytes of each chunk but the last; null if unknown. */
  chunkBytes: number | null;
}

/** A row of `files` that may have to be removed. */
export interface FileAge {
  id: string;
  /** Milliseconds since 1970; null for a row without a time. */
  created: number | null;
  isComplete: boolean;
}

export interface NewUpload {
  id: string;
  room: string;
  id_user: string;
  name: string;
  alt: string | undefined;
  /** Bytes that the upload may need. */
  reserved: number;
}

export interface CompleteUpload extends Omit<MessageFile, 'id' | 'name' | 'alt'> {
  name: string;
  has_thumbnail: boolean;
  chunk_size: number;
}

/** The number of the chunk that is the whole thumbnail. */
export const THUMBNAIL_CHUNK = -1;

/** A small file counts as this many bytes, so that limits of bytes also limit the number of rows. */
const MIN_COUNTED_BYTES = 32 * 1024;
/** Chunks that one query deletes. */
const CHUNKS_PER_DELETION = 16;

/** The tables `files` and `file_chunks`. All methods throw ChatError `database-unavailable`, those that write `storage-full`. */
export class FileTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a row for a file whose content follows. */
  async begin({ reserved, alt, ...upload }: NewUpload, now: number): Promise<void> {
    const row = { ...upload, ...(alt && { alt }), reserved, created: timeOf(now) };
    throwErrors(await this.#database.run(this.#files().insert(row)));
  }

  async addChunk(id: string, n: number, data: Buffer): Promise<void> {
    const row = { id: [id, n], data: r.binary(data) };
    throwErrors(await this.#database.run(this.#chunks().insert(row)));
  }

  /** All chunks are stored. @returns whether the row still exists */
  async complete(id: string, upload: CompleteUpload): Promise<boolean> {
    const result = await this.#database.run(
      this.#files()
        .get(id)
        .update({ ...upload, reserved: null }),
    );
    throwErrors(result);
    return result.skipped === 0;
  }

  /** Null without such a file, and while it is uploaded. */
  async get(id: string): Promise<StoredFile | null> {
    return toStoredFile(await this.#database.run(this.#files().get(id)));
  }

  /** Those of the files that exist. */
  async getAll(ids: readonly string[]): Promise<StoredFile[]> {
    const rows = await this.#database.rows(this.#files().getAll(r.args(ids)));
    return rows.map(toStoredFile).filter((file) => file !== null);
  }

  /** Null if there is no such chunk. */
  async chunk(id: string, n: number): Promise<Buffer | null> {
    const row = await this.#database.run(this.#chunks().get([id, n]));
    return Buffer.isBuffer(row?.data) ? row.data : null;
  }

  /** Those of the files that messages other than `exceptMessage` name. */
  async sent(ids: readonly string[], exceptMessage = ''): Promise<Set<string>> {
    const messages = this.#database.table(MESSAGES);
    const areUnsent = ids.map((id) =>
      messages
        .getAll(id, { index: 'files' })
        .filter((message) => message('id').ne(exceptMessage))
        .isEmpty(),
    );
    const unsent = await this.#database.run(r.expr(areUnsent));
    return new Set(ids.filter((_id, i) => unsent[i] === false));
  }

  /** The bytes of the files of a user, of a room, or of all. */
  usage(of: { id_user: string } | { room: string } | 'all'): Promise<number> {
    const files = this.#files();
    const counted = (row: Datum<FileRow>) => {
      const bytes = row('size').default(row('reserved')).default(0) as Datum<number>;
      return r.branch(bytes.lt(MIN_COUNTED_BYTES), MIN_COUNTED_BYTES, bytes) as Datum<number>;
    };
    if (of === 'all') return this.#database.run(files.sum(counted));
    const selected =
      'room' in of
        ? files.getAll(of.room, { index: 'room' })
        : files.getAll(of.id_user, { index: 'id_user' });
    return this.#database.run(selected.sum(counted));
  }

  /** The next files by id. */
  async after(id: string, limit: number): Promise<FileAge[]> {
    const page = this.#files()
      .between(id, r.maxval, { leftBound: 'open' })
      .orderBy({ index: 'id' })
      .limit(limit);
    const rows = await this.#database.rows(page);
    return rows.map((row) => ({
      id: String(row.id),
      created: millisecondsOf(row.created),
      isComplete: typeof row.size === 'number',
    }));
  }

  /** Deletes a file, its chunks in batches. Safe to repeat: an interrupted removal is an upload that has not ended. */
  async remove(id: string): Promise<void> {
    await this.#database.run(this.#files().get(id).update({ size: null, reserved: null }));
    for (;;) {
      const chunks = this.#chunks().between([id, r.minval], [id, r.maxval]).limit(CHUNKS_PER_DELETION);
      const { deleted } = await this.#database.run(chunks.delete({ durability: 'soft' }));
      if (deleted < CHUNKS_PER_DELETION) break;
    }
    await this.#database.run(this.#files().get(id).delete());
  }

  #files(): Table<FileRow, 'id_user' | 'room'> {
    return this.#database.table(FILES);
  }

  #chunks(): Table<FileChunkRow, never> {
    return this.#database.table(FILE_CHUNKS);
  }
}

/** Null for a row of another form, and for an upload that has not ended. */
function toStoredFile(row: FileRow | null): StoredFile | null {
  const file = toMessageFile(row);
  if (!row || !file || typeof row.room !== 'string') return null;
  const { room, id_user, chunk_size } = row;
  const isChunkSize = Number.isInteger(chunk_size) && Number(chunk_size) > 0;
  return {
    file,
    room,
    id_user: typeof id_user === 'string' ? id_user : null,
    hasThumbnail: row.has_thumbnail === true,
    chunkBytes: isChunkSize ? Number(chunk_size) : null,
  };
}

function throwErrors({ errors, first_error }: { errors: number; first_error?: string }): void {
  if (errors > 0) throw new Error(`the database refused a row of a file: ${first_error}`);
}
