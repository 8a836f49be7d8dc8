import type { Feed } from '../changefeeds/feed.js';
import type { Hub } from '../changefeeds/hub.js';
import { asInteger } from '../sequences/datum-types.js';
import { Grouped } from '../sequences/grouped.js';
import { checkLimit, DEFAULT_ARRAY_LIMIT } from '../sequences/limits.js';
import { RowFunction, toDatum } from '../sequences/row-function.js';
import { isSequence, toStream } from '../sequences/sources.js';
import type { Stream } from '../sequences/stream.js';
import type { Value } from '../sequences/value.js';
import type { Durability, StoredFunction } from '../storage/shapes.js';
import type { Storage } from '../storage/storage.js';
import type { Datum } from '../values/datum.js';
import { compileError, logicError, ReqlError } from '../values/reql-error.js';
import { makeTime } from '../values/time.js';
import { withoutFrames } from './backtrace.js';
import { compile } from './compile.js';
import type { Environment } from './environment.js';
import { compileStoredRowFunction } from './functions.js';
import { type FeedNote, openLiveFeed } from './live-feed.js';
import type { Node } from './node.js';
import { Scope } from './scope.js';
import { refuseExtrema } from './to-json.js';

/** A query as the wire brings it: a term and the global options, both as JSON. */
export interface Query {
  readonly term: unknown;
  readonly optargs: Readonly<Record<string, unknown>>;
}

/** What a query has come to; `durability` is the strictest that its writes asked for. */
export type Outcome = (
  | { readonly kind: 'datum'; readonly value: Datum }
  | { readonly kind: 'sequence'; readonly rows: Iterator<Datum> }
  | { readonly kind: 'feed'; readonly feed: Feed; readonly note: FeedNote; readonly includesStates: boolean }
  | { readonly kind: 'later'; readonly promise: Promise<Outcome> }
) & { readonly durability: Durability | null };

/** A query that has been understood and can be run. */
export interface PreparedQuery {
  /** True if a term that changes a database occurs in it: it must run inside `Storage.write`. */
  readonly writes: boolean;
  /**
   * Runs it. Throws a ReqlError with the frames of the term it belongs to; rows of a sequence may throw one
   * later. A stack that ran out gets out as the RangeError it is: the query was nested too deeply.
   */
  evaluate(storage: Storage, hub: Hub): Outcome;
}

/** Throws a COMPILE error for a query that cannot be understood. */
export function prepareQuery({ term, optargs }: Query): PreparedQuery {
  const { root, writes } = compile(term);
  for (const name of Object.keys(optargs)) {
    if (GLOBAL_OPTIONS.has(name)) continue;
    throw withoutFrames(compileError(`Unrecognized global optional argument \`${name}\`.`));
  }
  return { writes, evaluate: (storage, hub) => new QueryContext(storage, hub, optargs).outcome(root) };
}

class QueryContext implements Environment {
  readonly now = makeTime(Date.now() / 1000);
  readonly limits;
  private readonly options = new Map<string, Node>();
  private readonly scope = new Scope(this);
  private durability: Durability | null = null;

  constructor(
    readonly storage: Storage,
    readonly hub: Hub,
    optargs: Readonly<Record<string, unknown>>,
  ) {
    for (const [name, term] of Object.entries(optargs)) this.options.set(name, compile(term).root);
    this.limits = { arraySize: DEFAULT_ARRAY_LIMIT };
    const limit = this.option('array_limit');
    if (limit !== undefined) {
      this.limits = { arraySize: checkLimit('array size limit', asInteger(toDatum(limit))) };
    }
  }

  option(name: string): Value | undefined {
    return this.options.get(name)?.evaluate(this.scope);
  }

  storedFunction(stored: StoredFunction): RowFunction {
    return compileStoredRowFunction(stored);
  }

  wrote(durability: Durability): void {
    if (this.durability !== 'hard') this.durability = durability;
  }

  outcome(root: Node): Outcome {
    return this.outcomeOf(root.evaluate(this.scope));
  }

  private outcomeOf(value: Value): Outcome {
    const { durability } = this;
    if (value instanceof Grouped) return { kind: 'datum', value: value.toDatum(this.limits), durability };
    if (value instanceof RowFunction) {
      throw withoutFrames(
        logicError('Query result must be of type DATUM, GROUPED_DATA, or STREAM (got FUNCTION).'),
      );
    }
    if (!Array.isArray(value) && isSequence(value)) return this.sequenceOutcome(toStream(value));
    const datum = this.finalDatum(value);
    refuseExtrema(datum);
    return { kind: 'datum', value: datum, durability };
  }

  private finalDatum(value: Value): Datum {
    try {
      return toDatum(value);
    } catch (error) {
      if (!(error instanceof ReqlError) || !/^Expected type DATUM but found/.test(error.message)) throw error;
      const kind = (value as { kind?: string }).kind ?? 'VALUE';
      throw withoutFrames(
        logicError(`Query result must be of type DATUM, GROUPED_DATA, or STREAM (got ${kind}).`),
      );
    }
  }

  private sequenceOutcome(stream: Stream): Outcome {
    const { durability } = this;
    const live = openLiveFeed(this.hub, stream);
    if (live !== undefined) return { kind: 'feed', ...live, durability };
    if (stream.isArray) return { kind: 'datum', value: stream.toArray(this.limits), durability };
    return { kind: 'sequence', rows: stream.rows()[Symbol.iterator](), durability };
  }
}

/** The options a query may have beside its term. */
const GLOBAL_OPTIONS = new Set([
  ...[
    '_EVAL_FLAGS_',
    '_NO_RECURSE_',
    '_SHORTCUT_',
    'array_limit',
    'attempts',
    'auth',
    'base',
    'binary_format',
  ],
  ...[
    'changefeed_queue_size',
    'conflict',
    'data',
    'db',
    'default',
    'default_timezone',
    'dry_run',
    'durability',
  ],
  ...['emergency_repair', 'emit', 'fill', 'final_emit', 'first_batch_scaledown_factor', 'float', 'geo'],
  ...['geo_system', 'group_format', 'header', 'identifier_format', 'ignore_write_hook', 'include_initial'],
  ...['include_offsets', 'include_states', 'include_types', 'index', 'interleave', 'ordered', 'left_bound'],
  ...['max_batch_bytes', 'max_batch_rows', 'max_batch_seconds', 'max_dist', 'max_results', 'method'],
  ...[
    'min_batch_rows',
    'multi',
    'non_atomic',
    'nonvoting_replica_tags',
    'noreply',
    'num_vertices',
    'overwrite',
  ],
  ...[
    'page',
    'page_limit',
    'params',
    'primary_key',
    'primary_replica_tag',
    'profile',
    'read_mode',
    'redirects',
  ],
  ...['replicas', 'result_format', 'return_changes', 'return_vals', 'right_bound', 'shards', 'squash'],
  ...['time_format', 'timeout', 'unit', 'use_outdated', 'verify', 'wait_for'],
]);
