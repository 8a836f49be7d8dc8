import type { Datum } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import type { FeedOptions, FeedSource } from '../feeds/source.js';
import type { Bounds } from '../storage/bounds.js';
import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Table } from '../storage/table.js';
import { checkArraySize, type Limits } from './limits.js';
import { type Transform, transformed } from './transform.js';
import { NonDatum } from './value.js';

/** A changefeed that is not open yet. */
export interface Live {
  readonly source: FeedSource;
  readonly options: FeedOptions;
  /** The ranges of `limit` and `slice` after `changes()`, with the steps before each of them. */
  readonly slices: readonly { steps: readonly Transform[]; left: number; right: number }[];
}

/** The source of a stream, for changefeeds. */
export type FeedPlan =
  | {
      readonly kind: 'range';
      readonly table: Table;
      readonly index: SecondaryIndex | null;
      readonly bounds: Bounds;
      readonly keys?: readonly Datum[];
      readonly order: 'none' | 'ascending' | 'descending';
    }
  | { readonly kind: 'slice'; readonly of: Stream; readonly left: number; readonly right: number }
  | { readonly kind: 'union'; readonly of: readonly Stream[] };

export interface StreamOptions {
  /** True for a stream of an array: arrays remain arrays through map, filter and similar terms. */
  readonly array?: boolean | undefined;
  /** True for r.range() without an end, and for changefeeds. */
  readonly infinite?: boolean;
  /** The source for `.changes()`; absent if it cannot follow. */
  readonly feed?: FeedPlan | undefined;
  /** The reason why `.changes()` cannot follow, if it differs from the usual one. */
  readonly noChanges?: string;
  /** Set on the output of `.changes()`. */
  readonly live?: Live;
}

/** A lazy sequence: the rows of a source after steps. It is read at most once. */
export class Stream extends NonDatum {
  readonly kind = 'SEQUENCE';

  readonly #source: () => Iterable<Datum>;

  constructor(
    source: () => Iterable<Datum>,
    readonly options: StreamOptions = {},
    readonly steps: readonly Transform[] = [],
  ) {
    super();
    this.#source = source;
  }

  static ofArray(items: readonly Datum[]): Stream {
    return new Stream(() => items, { array: true });
  }

  typeName(): string {
    return 'STREAM';
  }

  get isArray(): boolean {
    return this.options.array === true;
  }

  get isInfinite(): boolean {
    return this.options.infinite === true;
  }

  /** The rows, which may be infinite. */
  rows(): Iterable<Datum> {
    return transformed(this.#source(), this.steps);
  }

  /** The rows for a term that reads them all. */
  finiteRows(): Iterable<Datum> {
    if (this.isInfinite && this.options.live === undefined) {
      throw logicError(
        'Cannot use an infinite stream with an aggregation function (`reduce`, `count`, etc.) or coerce it to an array.',
      );
    }
    return this.rows();
  }

  with(step: Transform): Stream {
    return new Stream(this.#source, this.options, [...this.steps, step]);
  }

  toArray(limits: Limits): Datum[] {
    const items: Datum[] = [];
    for (const row of this.finiteRows()) {
      items.push(row);
      if (items.length > limits.arraySize) checkArraySize(items.length, limits);
    }
    return items;
  }
}

/** The result of `.changes()`, which only a client can read. */
export function liveStream(live: Live): Stream {
  const refuse = () => {
    throw logicError(
      'Cannot call a terminal (`reduce`, `count`, etc.) on an infinite stream (such as a changefeed).',
    );
  };
  return new Stream(refuse, { infinite: true, live });
}
