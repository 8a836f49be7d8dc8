import { LRUCache } from 'lru-cache';
import type { FilesConfig } from '../config/files-config.js';
import type { FileTable } from '../database/tables/file-table.js';
import { ChatError } from '../protocol/errors.js';

/** Milliseconds for which a sum is used again; uploads of this process are added to it. */
const SUM_LIFETIME_MS = 60_000;
/** The sum of all files takes longest. */
const TOTAL_LIFETIME_MS = 600_000;
const MAX_SUMS = 5_000;

interface Sum {
  bytes: number;
}

/**
 * The bytes that users, rooms and all together store in files. The database computes a sum; between two of them the uploads of
 * this process are added. So with several processes a limit may be exceeded by what they accept within a minute.
 */
export class FileUsage {
  readonly #files: Pick<FileTable, 'usage'>;
  readonly #config: FilesConfig;
  readonly #sums = new LRUCache<string, Promise<Sum>>({ max: MAX_SUMS });

  constructor(files: Pick<FileTable, 'usage'>, config: FilesConfig) {
    this.#files = files;
    this.#config = config;
  }

  /**
   * Adds a new file, unless that exceeds a limit.
   * @returns a function that corrects the bytes of the file; 0 for one that was not stored
   * @throws ChatError `file-storage-full` with the field `user`, `room` or `files`, and the limit in bytes
   */
  async add(id_user: string, room: string, bytes: number): Promise<(bytes: number) => void> {
    const { userBytes, roomBytes, totalBytes } = this.#config;
    const counted = [
      { field: 'user', limit: userBytes, key: `user ${id_user}`, of: { id_user }, text: 'you have' },
      { field: 'room', limit: roomBytes, key: `room ${room}`, of: { room }, text: 'this room has' },
      { field: 'files', limit: totalBytes, key: 'all', of: 'all', text: 'this server has' },
    ] as const;
    const sums: Sum[] = [];
    for (const { field, limit, key, of, text } of counted) {
      if (limit === 0) continue;
      const sum = await this.#sum(key, of);
      sums.push(sum);
      if (sum.bytes + bytes <= limit) continue;
      const message = `${text} ${inMegabytes(sum.bytes)} of ${inMegabytes(limit)} of files; delete messages with files first`;
      throw new ChatError('file-storage-full', message, { field, limit });
    }
    let added = 0;
    const correct = (actual: number) => {
      for (const sum of sums) sum.bytes += actual - added;
      added = actual;
    };
    correct(bytes);
    return correct;
  }

  /** Sums are computed again: files were deleted. */
  forget(): void {
    this.#sums.clear();
  }

  #sum(key: string, of: Parameters<FileTable['usage']>[0]): Promise<Sum> {
    const found = this.#sums.get(key);
    if (found) return found;
    const sum = this.#files.usage(of).then((bytes) => ({ bytes }));
    this.#sums.set(key, sum, { ttl: of === 'all' ? TOTAL_LIFETIME_MS : SUM_LIFETIME_MS });
    sum.catch(() => this.#sums.delete(key));
    return sum;
  }
}

export const inMegabytes = (bytes: number) => `${Math.round((10 * bytes) / 1024 ** 2) / 10} MB`;
