import type { Datum } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import type { FeedOptions, FeedSource } from '../feeds/source.js';
import type { Bounds } from '../storage/bounds.js';
import type { SecondaryIndex } from '../storage/secondary-index.js';
import type { Table } from '../storage/table.js';
import { checkArraySize, type Limits } from './limits.js';
import { type Transform, transformed } from './transform.js';
import { NonDatum } from './value.js';

/** An open-ended stream of changes, not yet subscribed to. */
export interface Live {
  readonly source: FeedSource;
  readonly options: FeedOptions;
  /** What `limit` and `slice` let through after `changes()`, with the steps before each of them. */
  readonly slices: readonly { steps: readonly Transform[]; left: number; right: number }[];
}

/** What a stream reads, in the terms of change feeds. */
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
  /** True for what is an array in disguise: arrays stay arrays through map, filter and the like. */
  readonly array?: boolean | undefined;
  /** True for r.range() without an end, and for change feeds. */
  readonly infinite?: boolean;
  /** How `.changes()` follows this stream; absent if it cannot. */
  readonly feed?: FeedPlan | undefined;
  /** Why `.changes()` cannot follow, where the usual reason would not be RethinkDB's. */
  readonly noChanges?: string;
  /** Set on the output of `.changes()`. */
  readonly live?: Live;
}

/** A lazy sequence: rows of a source on their way through steps. Read at most once. */
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

  /** The rows, one after the other; may never end. */
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

/** The output of `.changes()`: only the client can read it. */
export function liveStream(live: Live): Stream {
  const refuse = () => {
    throw logicError(
      'Cannot call a terminal (`reduce`, `count`, etc.) on an infinite stream (such as a changefeed).',
    );
  };
  return new Stream(refuse, { infinite: true, live });
}
