import type { Datum, DatumObject } from '../datum/datum.js';
import { internalError, ReqlError } from '../datum/reql-error.js';
import type { Change } from '../storage/changes.js';
import { ChangeQueue } from './change-queue.js';
import type { FeedRegistry } from './feed-registry.js';
import { type ChangeMapper, changeItem, overflowItem, type RowChange, stateItem } from './row-change.js';
import type { FeedOptions, LimitSource, PointSource, RangeSource } from './source.js';
import { SquashTimer } from './squash-timer.js';

/** The terms after `.changes()` in a query: any number of values for each document of the feed. */
export type ItemTransform = (item: Datum) => Datum[];

/** An open changefeed, read by the connection that opened it. */
export interface Feed {
  /** Set by the evaluator before the first read. If it throws, the feed ends. */
  after: ItemTransform;
  /** Takes up to `max` documents that are ready; empty if there are no documents or the feed has ended. */
  take(max: number): Datum[];
  /** True after `finish`, `close` or an `error`. */
  readonly isEnded: boolean;
  readonly error: ReqlError | undefined;
  /** Calls back once when a document is ready or the feed has ended; immediately if this is already so. */
  onReady(callback: () => void): void;
  /** Ends the feed after the documents that were taken: for `limit` after `.changes()`. */
  finish(): void;
  /** Ends the feed and frees its memory; may be called more than once. */
  close(): void;
}

/** A source and the mapper of its changes. */
export interface MappedSource {
  readonly source: PointSource | RangeSource | LimitSource;
  readonly mapper: ChangeMapper;
}

/** The feed of one source or of a union of sources. */
export class SourceFeed implements Feed {
  after: ItemTransform = (item) => [item];
  error: ReqlError | undefined;
  isEnded = false;
  readonly #options: FeedOptions;
  readonly #queues: readonly ChangeQueue[];
  readonly #subscriptions: readonly (() => void)[];
  /** Items before the first change: the state of the feed. */
  readonly #preface: DatumObject[] = [];
  readonly #squashTimer: SquashTimer;
  #initial: Iterator<RowChange>[] = [];
  #onReady: (() => void) | undefined;

  constructor(registry: FeedRegistry, sources: readonly MappedSource[], options: FeedOptions) {
    const { includeInitial, includeStates, squash, changefeedQueueSize: limit } = options;
    this.#options = options;
    this.#squashTimer = new SquashTimer(typeof squash === 'number' ? squash : 0, () => this.#wakeIfDue());
    if (includeStates) this.#preface.push(stateItem(includeInitial ? 'initializing' : 'ready', options));
    if (includeInitial) this.#initial = sources.map(({ mapper }) => mapper.initialRows());
    const queues: ChangeQueue[] = [];
    this.#subscriptions = sources.map(({ source, mapper }) => {
      const queue = new ChangeQueue({ squash: squash !== false, isWindow: source.kind === 'limit', limit });
      queues.push(queue);
      return registry.subscribe(source, {
        deliver: (changes) => this.#deliver(mapper, changes, queue),
        abort: (error) => this.#fail(error),
      });
    });
    this.#queues = queues;
  }

  take(max: number): Datum[] {
    const taken: Datum[] = [];
    this.#failOnError(() => {
      while (taken.length < max && !this.isEnded) {
        const item = this.#next();
        if (item === undefined) break;
        taken.push(...this.after(item));
      }
    });
    return taken;
  }

  onReady(callback: () => void): void {
    this.#onReady = callback;
    this.#wakeIfDue();
  }

  finish(): void {
    this.close();
  }

  close(): void {
    this.isEnded = true;
    this.#onReady = undefined;
    this.#initial = [];
    this.#squashTimer.cancel();
    for (const unsubscribe of this.#subscriptions) unsubscribe();
  }

  #deliver(mapper: ChangeMapper, changes: readonly Change[], queue: ChangeQueue): void {
    this.#failOnError(() => {
      for (const change of mapper.map(changes)) queue.push(change);
    });
    if (!queue.isEmpty) this.#squashTimer.start();
    this.#wakeIfDue();
  }

  #next(): DatumObject | undefined {
    return this.#preface.shift() ?? this.#nextChange() ?? this.#nextInitial();
  }

  /** While initial values are being read, changes are delivered first: they may concern rows that were read. */
  #nextChange(): DatumObject | undefined {
    if (!this.#squashTimer.isDue && this.#initial.length === 0) return undefined;
    const queue = this.#queues.find(({ isEmpty }) => !isEmpty);
    const change = queue?.shift();
    if (this.#queues.every(({ isEmpty }) => isEmpty)) this.#squashTimer.reset();
    if (change === undefined) return undefined;
    if ('skipped' in change) return overflowItem(change.skipped, this.#options);
    return changeItem(change, this.#options);
  }

  #nextInitial(): DatumObject | undefined {
    for (let rows = this.#initial[0]; rows !== undefined; rows = this.#initial[0]) {
      const step = rows.next();
      if (!step.done) return changeItem(step.value, this.#options);
      this.#initial.shift();
      if (this.#initial.length === 0 && this.#options.includeStates) return stateItem('ready', this.#options);
    }
    return undefined;
  }

  #wakeIfDue(): void {
    const changesAreDue = this.#squashTimer.isDue && this.#queues.some(({ isEmpty }) => !isEmpty);
    if (!this.isEnded && !changesAreDue && this.#preface.length === 0 && this.#initial.length === 0) return;
    const onReady = this.#onReady;
    this.#onReady = undefined;
    onReady?.();
  }

  #fail(error: ReqlError): void {
    const onReady = this.#onReady;
    this.error ??= error;
    this.close();
    onReady?.();
  }

  /** An error of a function in the query ends this feed only. */
  #failOnError(job: () => void): void {
    try {
      job();
    } catch (error) {
      this.#fail(error instanceof ReqlError ? error : fault(error));
    }
  }
}

function fault(cause: unknown): ReqlError {
  const error = internalError('The changefeed failed because of a fault in the server.');
  error.cause = cause;
  return error;
}
