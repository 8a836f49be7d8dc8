import type { FileReferences } from '../database/tables/file-references.js';
import type { FileAge, FileTable } from '../database/tables/file-table.js';
import { reasonOf } from '../lib/error-reason.js';
import type { Log } from '../telemetry/logger.js';

export interface FileSweeperDependencies {
  files: Pick<FileTable, 'after' | 'sent' | 'remove'>;
  references: Pick<FileReferences, 'follow'>;
  log: Log;
  /** Called after files were removed. */
  removed: () => void;
  /** Milliseconds since 1970. */
  now: () => number;
}

export interface FileSweeperOptions {
  /** Milliseconds between two sweeps of the table. */
  intervalMs: number;
  /** Milliseconds until the first one. */
  firstMs: number;
  /** Milliseconds after which a file that no message names is removed. */
  unsentMs: number;
  /** Milliseconds after which an upload that has not ended is removed. */
  unfinishedMs: number;
  /** Milliseconds between a deletion and the removal of its files, at most: spreads the work of several processes. */
  spreadMs: number;
}

const DEFAULTS: FileSweeperOptions = {
  intervalMs: 3_600_000,
  firstMs: 30_000,
  unsentMs: 24 * 3_600_000,
  unfinishedMs: 3_600_000,
  spreadMs: 2_000,
};
/** Files that one query checks. */
const PAGE_FILES = 100;
/** Milliseconds between two pages of a sweep, which leave the database time for other work. */
const PAGE_PAUSE_MS = 200;
/** Deletions that wait for their turn. The sweep finds the files of further ones. */
const MAX_WAITING = 10_000;

/**
 * Removes files that no message names: at once when a message is deleted, by whichever program, and by a sweep of the whole table
 * those of deletions that no process saw, of uploads that were interrupted, and of messages that were never sent. Several
 * processes may do the same work.
 */
export class FileSweeper {
  readonly #dependencies: FileSweeperDependencies;
  readonly #options: FileSweeperOptions;
  readonly #waiting = new Set<string>();
  /** When this process first saw a file without a time, of another program. */
  readonly #firstSeen = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #unfollow: (() => void) | null = null;
  #isRemoving = false;
  #isStopped = false;

  constructor(dependencies: FileSweeperDependencies, options: Partial<FileSweeperOptions> = {}) {
    this.#dependencies = dependencies;
    this.#options = { ...DEFAULTS, ...options };
  }

  start(): void {
    this.#unfollow = this.#dependencies.references.follow((ids) => this.#deleted(ids));
    this.#after(this.#options.firstMs, () => this.#sweep());
  }

  stop(): void {
    this.#isStopped = true;
    this.#unfollow?.();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #deleted(ids: readonly string[]): void {
    for (const id of ids) if (this.#waiting.size < MAX_WAITING) this.#waiting.add(id);
    if (this.#isRemoving) return;
    this.#isRemoving = true;
    this.#after(Math.random() * this.#options.spreadMs, () => this.#removeWaiting());
  }

  async #removeWaiting(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#isStopped) {
      const ids = [...this.#waiting].slice(0, PAGE_FILES);
      for (const id of ids) this.#waiting.delete(id);
      await this.#removeUnnamed(ids);
    }
    this.#isRemoving = false;
  }

  async #sweep(): Promise<void> {
    let last = '';
    while (!this.#isStopped) {
      const page = await this.#page(last);
      await this.#removeUnnamed(page.filter((file) => this.#isOld(file)).map(({ id }) => id));
      if (page.length < PAGE_FILES) break;
      last = page.at(-1)?.id ?? '';
      await new Promise((resolve) => this.#after(PAGE_PAUSE_MS, async () => resolve(null)));
    }
    this.#after(this.#options.intervalMs * (0.75 + Math.random() / 2), () => this.#sweep());
  }

  /** Empty while the database is unavailable: the next sweep begins again. */
  async #page(last: string): Promise<FileAge[]> {
    try {
      return await this.#dependencies.files.after(last, PAGE_FILES);
    } catch (error) {
      this.#dependencies.log.debug({ reason: reasonOf(error) }, 'files: the sweep was interrupted');
      return [];
    }
  }

  #isOld({ id, created, isComplete }: FileAge): boolean {
    const { unsentMs, unfinishedMs } = this.#options;
    const since = created ?? this.#seen(id);
    return this.#dependencies.now() - since > (isComplete ? unsentMs : unfinishedMs);
  }

  #seen(id: string): number {
    const since = this.#firstSeen.get(id) ?? this.#dependencies.now();
    if (this.#firstSeen.size < MAX_WAITING) this.#firstSeen.set(id, since);
    return since;
  }

  async #removeUnnamed(ids: readonly string[]): Promise<void> {
    const { files, removed, log } = this.#dependencies;
    if (ids.length === 0) return;
    try {
      const named = await files.sent(ids);
      const unnamed = ids.filter((id) => !named.has(id));
      for (const id of unnamed) {
        await files.remove(id);
        this.#firstSeen.delete(id);
      }
      if (unnamed.length > 0) removed();
    } catch (error) {
      log.warn(
        { reason: reasonOf(error), files: ids.length },
        'files: removing files failed, the sweep repeats it',
      );
    }
  }

  #after(ms: number, task: () => Promise<void>): void {
    if (this.#isStopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void task();
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }
}
