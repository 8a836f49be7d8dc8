import type { Change } from '../storage/shapes.js';
import type { Datum, DatumObject } from '../values/datum.js';
import { internalError, ReqlError } from '../values/reql-error.js';
import { ChangeQueue } from './change-queue.js';
import type { Follower } from './follower.js';
import type { Hub } from './hub.js';
import { changeItem, overflowItem, type RowChange, stateItem } from './items.js';
import { Patience } from './patience.js';
import type { FeedOptions, LimitSource, PointSource, RangeSource } from './source.js';

/** What stands behind `.changes()` in a query: any number of values for each document of the feed. */
export type ItemTransform = (item: Datum) => Datum[];

/** An open changefeed, read by the connection that asked for it. */
export interface Feed {
  /** Set by the evaluator before the first read. An error it throws ends the feed. */
  after: ItemTransform;
  /** Up to `max` documents that are ready; empty if there are none now, or if the feed has ended. */
  take(max: number): Datum[];
  /** True when nothing more will come: `error` says why, if not for `finish` or `close`. */
  readonly ended: boolean;
  readonly error: ReqlError | undefined;
  /** Calls back once, as soon as `take` would give something or the feed has ended; at once if it does now. */
  onReady(callback: () => void): void;
  /** Ends the feed after what has been taken: for `limit` behind `.changes()`. */
  finish(): void;
  /** Ends the feed and frees what it holds; harmless if called again. */
  close(): void;
}

/** A follower and its source, as they are subscribed together. */
export interface Followed {
  readonly source: PointSource | RangeSource | LimitSource;
  readonly follower: Follower;
}

/** The feed of one source or of a union of sources. */
export class SourceFeed implements Feed {
  after: ItemTransform = (item) => [item];
  error: ReqlError | undefined;
  ended = false;
  readonly #options: FeedOptions;
  readonly #queues: readonly ChangeQueue[];
  readonly #subscriptions: readonly (() => void)[];
  readonly #preface: DatumObject[] = [];
  readonly #patience: Patience;
  #initial: Iterator<RowChange>[] = [];
  #ready: (() => void) | undefined;

  constructor(hub: Hub, followed: readonly Followed[], options: FeedOptions) {
    const { includeInitial, includeStates, squash, changefeedQueueSize: limit } = options;
    this.#options = options;
    this.#patience = new Patience(typeof squash === 'number' ? squash : 0, () => this.#wakeIfDue());
    if (includeStates) this.#preface.push(stateItem(includeInitial ? 'initializing' : 'ready', options));
    if (includeInitial) this.#initial = followed.map(({ follower }) => follower.initialRows());
    this.#queues = followed.map(
      ({ source }) => new ChangeQueue({ squash: squash !== false, isWindow: source.kind === 'limit', limit }),
    );
    this.#subscriptions = followed.map(({ source, follower }, i) =>
      hub.subscribe(source, {
        deliver: (changes) => this.#deliver(follower, changes, this.#queues[i]!),
        abort: (error) => this.#fail(error),
      }),
    );
  }

  take(max: number): Datum[] {
    const taken: Datum[] = [];
    this.#guard(() => {
      while (taken.length < max && !this.ended) {
        const item = this.#next();
        if (item === undefined) break;
        taken.push(...this.after(item));
      }
    });
    return taken;
  }

  onReady(callback: () => void): void {
    this.#ready = callback;
    this.#wakeIfDue();
  }

  finish(): void {
    this.close();
  }

  close(): void {
    this.ended = true;
    this.#ready = undefined;
    this.#initial = [];
    this.#patience.end();
    for (const unsubscribe of this.#subscriptions) unsubscribe();
  }

  #deliver(follower: Follower, changes: readonly Change[], queue: ChangeQueue): void {
    this.#guard(() => {
      for (const change of follower.follow(changes)) queue.push(change);
    });
    if (!queue.isEmpty) this.#patience.begin();
    this.#wakeIfDue();
  }

  #next(): DatumObject | undefined {
    return this.#preface.shift() ?? this.#nextChange() ?? this.#nextInitial();
  }

  /** While initial values are being read, changes go before them: they may tell of rows already read. */
  #nextChange(): DatumObject | undefined {
    if (!this.#patience.isOver && this.#initial.length === 0) return undefined;
    const queue = this.#queues.find(({ isEmpty }) => !isEmpty);
    const change = queue?.shift();
    if (this.#queues.every(({ isEmpty }) => isEmpty)) this.#patience.renew();
    if (change === undefined) return undefined;
    if ('skipped' in change) return overflowItem(change.skipped, this.#options);
    return changeItem(change, this.#options);
  }

  #nextInitial(): DatumObject | undefined {
    while (this.#initial.length > 0) {
      const step = this.#initial[0]!.next();
      if (!step.done) return changeItem(step.value, this.#options);
      this.#initial.shift();
      if (this.#initial.length === 0 && this.#options.includeStates) return stateItem('ready', this.#options);
    }
    return undefined;
  }

  #wakeIfDue(): void {
    const changesAreDue = this.#patience.isOver && this.#queues.some(({ isEmpty }) => !isEmpty);
    if (!this.ended && !changesAreDue && this.#preface.length === 0 && this.#initial.length === 0) return;
    const ready = this.#ready;
    this.#ready = undefined;
    ready?.();
  }

  #fail(error: ReqlError): void {
    const ready = this.#ready;
    this.error ??= error;
    this.close();
    ready?.();
  }

  /** An error of a function in the query ends its feed and nothing else. */
  #guard(job: () => void): void {
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
