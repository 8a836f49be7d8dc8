import { statfsSync } from 'node:fs';
import { ReqlError } from '../datum/reql-error.js';

/** A write that was refused to keep space free. Nothing of the document or index was written. */
export class StorageFullError extends ReqlError {
  constructor(reason: string) {
    super('RESOURCE_LIMIT', `Storage full: ${reason}`);
  }
}

export interface SpaceOptions {
  /** Bytes of the file system that ordinary writes leave free; default: 16 MiB. */
  readonly reserveBytes?: number | undefined;
  /** Bytes that the used pages of the data file may take; null (the default): no limit. */
  readonly limitBytes?: number | null;
  /** Free bytes of the file system that holds a directory; default: `statfs`. */
  readonly readFreeBytes?: (directory: string) => number;
}

/** Whether ordinary writes are accepted. `reason` has the numbers, but no path. */
export type SpaceStatus = { readonly state: 'ok' } | { readonly state: 'full'; readonly reason: string };

/** The current pages of the data file, within the write transaction if one is open. */
export interface PageCounts {
  /** Pages of all trees. */
  readonly used: number;
  /** Pages that later transactions can use without extending the file. */
  readonly free: number;
}

export const DEFAULT_RESERVE_BYTES = 16 * 1024 * 1024;
const MEGABYTE = 1024 * 1024;
/** The free space is read again after this time, and before each write if it is below this multiple of the reserve. */
const PLENTY_MS = 1_000;
const PLENTY_FACTOR = 8;
/** Pages that change at most when an entry is put or deleted: a path through the tree, and a split or merge. */
const PAGES_PER_ENTRY = 6;
/** Pages that each commit writes in addition to entries: list of free pages, roots, meta page. */
const PAGES_PER_COMMIT = 24;
/** Space of a short write. */
const SHORT_WRITE_BYTES = 256 * 1024;

/**
 * Refuses writes before the disk is full, because LMDB corrupts its memory if a commit finds a full disk. Space is claimed
 * before each document is written. The claims of a transaction add up to the largest number of pages that it can need.
 *
 * Ordinary writes leave a reserve free, which includes the free pages of the data file. Deletes may use the reserve, because
 * they free pages, except for its last quarter (at most 1 MiB): other programs can fill the disk between the check and the
 * commit.
 */
export class Space {
  readonly #directory: string;
  readonly #pageBytes: number;
  readonly #count: () => PageCounts;
  readonly #reserve: number;
  readonly #floor: number;
  readonly #limit: number;
  readonly #readFreeBytes: (directory: string) => number;
  #status: SpaceStatus = { state: 'ok' };
  /** Free bytes when they were last read, and the most that was written since then. */
  #free = 0;
  #readAt = Number.NEGATIVE_INFINITY;
  #written = 0;
  /** Pages that the open transaction needs at most. */
  #claimed = 0;
  /** Pages that it may still add below the limit; undefined until they are counted. */
  #room: number | undefined;

  constructor(directory: string, pageBytes: number, count: () => PageCounts, options: SpaceOptions = {}) {
    const { reserveBytes = DEFAULT_RESERVE_BYTES, limitBytes, readFreeBytes = freeBytesOf } = options;
    this.#directory = directory;
    this.#pageBytes = pageBytes;
    this.#count = count;
    this.#reserve = reserveBytes;
    this.#floor = Math.min(MEGABYTE, reserveBytes / 4);
    this.#limit = limitBytes ?? Number.POSITIVE_INFINITY;
    this.#readFreeBytes = readFreeBytes;
  }

  /** As of the last write or `check`. */
  get status(): SpaceStatus {
    return this.#status;
  }

  /** A write transaction begins. */
  begin(): void {
    this.#claimed = PAGES_PER_COMMIT;
    this.#room = undefined;
    const isPlenty = this.#available > PLENTY_FACTOR * Math.max(this.#reserve, MEGABYTE);
    if (!isPlenty || performance.now() - this.#readAt > PLENTY_MS) this.#read();
  }

  /** The transaction is over. */
  end(): void {
    this.#written += this.#claimed * this.#pageBytes;
  }

  /**
   * Claims space for a number of entries whose values have `bytes` in total.
   * @throws StorageFullError if the transaction could need more than is available
   */
  claim(entries: number, bytes: number): void {
    const pages = this.#pagesFor(entries, bytes);
    const needed = (this.#claimed + pages) * this.#pageBytes;
    if (this.#available - needed < this.#reserve) this.#keepReserve(pages);
    if (this.#limit !== Number.POSITIVE_INFINITY) this.#keepLimit(pages);
    this.#claimed += pages;
  }

  /** Claims space to delete a number of entries. @throws StorageFullError if not even that can be committed */
  claimDeletion(entries: number): void {
    const pages = this.#pagesFor(entries, 0);
    if (this.#available - (this.#claimed + pages) * this.#pageBytes < this.#floor) {
      this.#read();
      const needed = this.#atMost(pages, this.#count());
      if (this.#free - needed < this.#floor) throw this.#refusal(needed, this.#reserveReason());
    }
    this.#claimed += pages;
  }

  /** Updates the status: other programs may have freed or used space. */
  check(): SpaceStatus {
    this.#read();
    const { used, free } = this.#count();
    // Hysteresis: more space must be free to leave the status than to enter it, so that it does not change often.
    const margin = SHORT_WRITE_BYTES + (this.#status.state === 'full' ? this.#floor : 0);
    const isReserved =
      this.#free < this.#floor + margin || this.#free + free * this.#pageBytes < this.#reserve + margin;
    if (isReserved) this.#status = { state: 'full', reason: this.#reserveReason() };
    else if (used * this.#pageBytes + margin > this.#limit)
      this.#status = { state: 'full', reason: this.#limitReason(used) };
    else this.#status = { state: 'ok' };
    return this.#status;
  }

  #pagesFor(entries: number, bytes: number): number {
    return PAGES_PER_ENTRY * entries + Math.ceil(bytes / this.#pageBytes);
  }

  get #available(): number {
    return this.#free - this.#written;
  }

  #read(): void {
    this.#free = this.#readFreeBytes(this.#directory);
    this.#written = 0;
    this.#readAt = performance.now();
  }

  /** The most bytes that the transaction needs with further pages. It writes no used page twice. */
  #atMost(pages: number, { used, free }: PageCounts): number {
    const listOfFreePages = Math.ceil(((free + 2 * this.#claimed) * 8) / this.#pageBytes);
    const claimed = Math.min(this.#claimed, used + PAGES_PER_COMMIT);
    return (claimed + pages + listOfFreePages) * this.#pageBytes;
  }

  #keepReserve(pages: number): void {
    this.#read();
    const counts = this.#count();
    const needed = this.#atMost(pages, counts);
    const isEnough =
      this.#free - needed >= this.#floor &&
      this.#free + counts.free * this.#pageBytes - needed >= this.#reserve;
    if (!isEnough) throw this.#refusal(needed, this.#reserveReason());
  }

  #keepLimit(pages: number): void {
    if (this.#room === undefined || pages > this.#room) {
      const { used } = this.#count();
      this.#room = Math.floor(this.#limit / this.#pageBytes) - used;
      if (pages > this.#room) throw this.#refusal(pages * this.#pageBytes, this.#limitReason(used));
    }
    this.#room -= pages;
  }

  #refusal(needed: number, reason: string): StorageFullError {
    if (needed <= SHORT_WRITE_BYTES + this.#floor) this.#status = { state: 'full', reason };
    return new StorageFullError(`${reason}; this write may need ${megabytes(needed)}.`);
  }

  #reserveReason(): string {
    return `${megabytes(this.#free)} are free on the disk, ${megabytes(this.#reserve)} are kept in reserve`;
  }

  #limitReason(used: number): string {
    return `the database uses ${megabytes(used * this.#pageBytes)}, its limit is ${megabytes(this.#limit)}`;
  }
}

/** Free bytes that a process without privileges can use. */
export function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

export function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}
