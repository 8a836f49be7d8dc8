import type { Change } from '../storage/shapes.js';
import type { Datum, DatumObject } from '../values/datum.js';
import { internalError, ReqlError } from '../values/reql-error.js';
import { ChangeQueue } from './change-queue.js';
import type { FeedSink, Follower } from './follower.js';
import type { Hub } from './hub.js';
import { changeItem, overflowItem, type RowChange, stateItem } from './items.js';
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
  readonly #queue: ChangeQueue;
  readonly #subscriptions: (() => void)[];
  readonly #preface: DatumObject[] = [];
  #initial: Iterator<RowChange>[] = [];
  #ready: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** With a squash of some seconds: whether they are over. */
  #gathered = false;

  constructor(hub: Hub, followed: readonly Followed[], options: FeedOptions) {
    this.#options = options;
    this.#queue = new ChangeQueue(options.squash !== false, options.changefeedQueueSize);
    if (options.includeInitial) this.#initial = followed.map(({ follower }) => follower.initialRows());
    if (options.includeStates && options.includeInitial)
      this.#preface.push(stateItem('initializing', options));
    if (options.includeStates && !options.includeInitial) this.#preface.push(stateItem('ready', options));
    this.#subscriptions = followed.map(({ source, follower }, number) => {
      const sink = this.#sinkOf(number);
      const subscriber = {
        deliver: (changes: readonly Change[]) => this.#guard(() => follower.follow(changes, sink)),
        abort: sink.fail,
      };
      return hub.subscribe(source, subscriber);
    });
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
    if (this.ended || this.#preface.length > 0 || this.#initial.length > 0 || this.#queueIsDue())
      this.#wake();
  }

  finish(): void {
    this.close();
  }

  close(): void {
    this.ended = true;
    this.#ready = undefined;
    this.#initial = [];
    clearTimeout(this.#timer);
    for (const unsubscribe of this.#subscriptions) unsubscribe();
  }

  #next(): DatumObject | undefined {
    const preface = this.#preface.shift();
    if (preface) return preface;
    if (this.#initial.length > 0 || this.#queueIsDue()) {
      const change = this.#queue.shift();
      if (this.#queue.isEmpty) this.#gathered = false;
      if (change)
        return 'skipped' in change
          ? overflowItem(change.skipped, this.#options)
          : changeItem(change, this.#options);
    }
    return this.#nextInitial();
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

  #queueIsDue(): boolean {
    return (
      !this.#queue.isEmpty &&
      (typeof this.#options.squash !== 'number' || this.#options.squash === 0 || this.#gathered)
    );
  }

  #sinkOf(number: number): FeedSink {
    return {
      push: (change) => {
        this.#queue.push(number === 0 ? change : inUnion(change, number));
        this.#gather();
        if (this.#queueIsDue()) this.#wake();
      },
      fail: (error) => {
        const ready = this.#ready;
        this.error ??= error;
        this.close();
        ready?.();
      },
    };
  }

  /** The first change that waits starts the time in which others join it. */
  #gather(): void {
    const { squash } = this.#options;
    if (typeof squash !== 'number' || squash === 0 || this.#timer || this.#gathered) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#gathered = true;
      if (this.#queueIsDue()) this.#wake();
    }, squash * 1000);
    this.#timer.unref();
  }

  #wake(): void {
    const ready = this.#ready;
    this.#ready = undefined;
    ready?.();
  }

  /** An error of a function in the query ends its feed and nothing else. */
  #guard(job: () => void): void {
    try {
      job();
    } catch (error) {
      const reql = error instanceof ReqlError ? error : internalError('The changefeed failed.');
      this.#sinkOf(0).fail(reql);
    }
  }
}

/** Rows of different members of a union are different rows, whatever their keys. */
function inUnion(change: RowChange, number: number): RowChange {
  return { ...change, id: `${number}:${change.id}`, nextId: `${number}:${change.nextId ?? change.id}` };
}
