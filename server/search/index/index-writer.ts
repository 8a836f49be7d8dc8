import { setTimeout as delay } from 'node:timers/promises';
import type { MessageScan } from '../../database/tables/message-scan.js';
import { Backoff } from '../../lib/backoff.js';
import { reasonOf } from '../../lib/error-reason.js';
import type { Log } from '../../telemetry/logger.js';
import { PendingChanges } from './pending-changes.js';
import type { SearchIndex } from './search-index.js';

/** Milliseconds for which changes are collected before they are written in one transaction. */
const WRITE_DELAY_MS = 150;
/** Milliseconds before the last complete state from which messages are read again: clocks of processes differ. */
const CLOCK_MARGIN_MS = 60_000;
/** The comparison of a complete index pauses this many times as long as it works, at least `MIN_PAUSE_MS` per page. */
const PAUSE_FACTOR = 9;
const MIN_PAUSE_MS = 20;
/** Percent between two log lines about the build. */
const LOGGED_PERCENT = 10;

export interface IndexWriterDependencies {
  scan: Pick<MessageScan, 'follow' | 'tableId' | 'count' | 'pageBefore' | 'since'>;
  index: SearchIndex;
  log: Log;
  /** The index cannot be written: it is damaged, or the disk is full. */
  onFailure(error: unknown): void;
  now?: () => number;
}

/**
 * Keeps the index equal to the table. The changefeed brings every change, of any program. Whenever the feed was opened,
 * the messages since the last complete state are read first, by room; then the whole table is compared with the index
 * in the background, newest ids first, which finds edits and deletions of the interruption and messages with old times. The
 * build of an empty index is the same comparison, without pauses; it continues where it ended.
 */
export class IndexWriter {
  readonly #dependencies: IndexWriterDependencies;
  readonly #now: () => number;
  readonly #pending = new PendingChanges();
  readonly #stopping = new AbortController();
  #unfollow: () => void = () => {};
  #timer: NodeJS.Timeout | null = null;
  /** Counts the interruptions of the feed. */
  #epoch = 0;
  /** The messages since the last complete state have been read in this epoch. */
  #isCaughtUp = false;
  /** Since when changes may be missing, because the index is not caught up. */
  #behindSince: number | null = null;
  /** When the oldest of the pending changes arrived. */
  #pendingSince: number | null = null;

  constructor(dependencies: IndexWriterDependencies) {
    this.#dependencies = dependencies;
    this.#now = dependencies.now ?? Date.now;
  }

  /** Milliseconds for which the index has not had the oldest change that it does not have. */
  get lagMs(): number {
    const since = [this.#behindSince, this.#pendingSince].filter((time) => time !== null);
    return since.length === 0 ? 0 : Math.max(0, this.#now() - Math.min(...since));
  }

  start(): void {
    this.#behindSince = this.#now();
    this.#unfollow = this.#dependencies.scan.follow({
      opened: () => void this.#opened(++this.#epoch),
      changed: (id, _before, message) => {
        if (!this.#pending.add(id, message)) void this.#opened(++this.#epoch);
        this.#pendingSince ??= this.#now();
        this.#timer ??= setTimeout(() => this.#write(), WRITE_DELAY_MS);
      },
      lost: () => {
        this.#epoch += 1;
        this.#setBehind();
      },
    });
  }

  /** Writes what the feed has brought. The index file stays open. */
  stop(): void {
    this.#stopping.abort();
    this.#unfollow();
    if (this.#timer) clearTimeout(this.#timer);
    try {
      this.#writePending();
    } catch (error) {
      // The next start finds these changes again.
      this.#dependencies.log.warn({ reason: reasonOf(error) }, 'search index: last changes not written');
    }
  }

  /** Brings the index up to date, and tries again while the database is unavailable. */
  async #opened(epoch: number): Promise<void> {
    const { index } = this.#dependencies;
    const backoff = new Backoff();
    this.#setBehind();
    while (this.#isCurrent(epoch)) {
      try {
        await this.#catchUp(epoch);
        const wasContinued = index.progress.built_from !== null;
        await this.#compare(epoch);
        // Edits and deletions in the part that was built before the interruption.
        if (wasContinued) await this.#compare(epoch);
        return;
      } catch (error) {
        if (!this.#isCurrent(epoch)) return;
        if (isOfIndex(error)) return this.#fail(error);
        this.#dependencies.log.warn({ reason: reasonOf(error) }, 'search index: the table cannot be read');
        await this.#pause(backoff.next());
      }
    }
  }

  async #catchUp(epoch: number): Promise<void> {
    const { scan, index } = this.#dependencies;
    const begin = this.#now();
    const table = await scan.tableId();
    if (index.progress.table !== table) index.reset(table);
    const { complete_at, built_at } = index.progress;
    if (complete_at > 0 || built_at > 0) {
      const changed = this.#pending.watch();
      for await (const messages of scan.since((complete_at || built_at) - CLOCK_MARGIN_MS)) {
        if (!this.#isCurrent(epoch)) return;
        // Changes that the feed has brought since are newer.
        const found = messages.filter(({ id }) => !changed.has(id));
        index.apply(found.map((message) => ({ id: message.id, message })));
      }
      index.apply([], complete_at > 0 ? { complete_at: begin } : { built_at: begin });
    }
    if (complete_at > 0) this.#setCaughtUp();
  }

  #setBehind(): void {
    this.#isCaughtUp = false;
    this.#behindSince ??= this.#now();
  }

  #setCaughtUp(): void {
    this.#isCaughtUp = true;
    this.#behindSince = null;
  }

  /** Compares the table with the index, page by page. */
  async #compare(epoch: number): Promise<void> {
    const { scan, index, log } = this.#dependencies;
    const { complete_at, built_from } = index.progress;
    const isBuild = complete_at === 0;
    const begin = this.#now();
    const total = isBuild ? await scan.count() : 0;
    let indexed = isBuild ? index.size : 0;
    if (isBuild) log.info({ messages: total, indexed }, 'search index: build started');
    let before = isBuild ? built_from : null;
    let logged = index.progress.percent;
    for (;;) {
      const pageBegin = performance.now();
      const changed = this.#pending.watch();
      const { messages, from } = await scan.pageBefore(before);
      if (!this.#isCurrent(epoch)) return;
      const stored = index.entriesBetween(from ?? '', before);
      const gone = [...stored.keys()].filter((id) => !messages.has(id) && !changed.has(id));
      const found = [...messages].filter(([id]) => !changed.has(id));
      const changes = [
        ...found.map(([id, message]) => ({ id, message })),
        ...gone.map((id) => ({ id, message: null })),
      ];
      indexed += messages.size;
      const percent = isBuild ? Math.min(99, Math.floor((100 * indexed) / Math.max(1, total))) : 100;
      index.apply(changes, isBuild ? { built_from: from, built_at: this.#now(), percent } : {});
      if (from === null) break;
      before = from;
      if (isBuild && percent >= logged + LOGGED_PERCENT) {
        logged = percent;
        log.info({ percent }, 'search index: build in progress');
      }
      // Even a build lets the feed and queries run between two pages.
      const workMs = performance.now() - pageBegin;
      await this.#pause(isBuild ? 0 : Math.max(MIN_PAUSE_MS, workMs * PAUSE_FACTOR));
      if (!this.#isCurrent(epoch)) return;
    }
    if (isBuild) {
      index.apply([], { complete_at: begin, built_from: null, percent: 100 });
      this.#setCaughtUp();
      log.info({ messages: index.size, seconds: (this.#now() - begin) / 1000 }, 'search index: build ended');
    } else log.debug('search index: compared with the table');
  }

  #write(): void {
    this.#timer = null;
    try {
      this.#writePending();
    } catch (error) {
      this.#fail(error);
    }
  }

  #writePending(): void {
    const { index } = this.#dependencies;
    index.apply(this.#pending.take(), this.#isCaughtUp ? { complete_at: this.#now() } : {});
    this.#pendingSince = null;
  }

  #fail(error: unknown): void {
    this.#epoch += 1;
    this.#dependencies.onFailure(error);
  }

  #isCurrent(epoch: number): boolean {
    return this.#epoch === epoch && !this.#stopping.signal.aborted;
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => {});
  }
}

function isOfIndex(error: unknown): boolean {
  return error instanceof Error && error.name === 'SqliteError';
}
