import type { Datum, DatumObject } from '../datum/datum.js';
import { compileError, logicError, ReqlError } from '../datum/reql-error.js';
import { makeTime } from '../datum/time.js';
import { asInteger } from '../datum/type-checks.js';
import type { Feed } from '../feeds/feed.js';
import type { FeedRegistry } from '../feeds/feed-registry.js';
import { isSequence, toStream } from '../runtime/conversions.js';
import { Grouped } from '../runtime/grouped.js';
import { checkLimit, DEFAULT_ARRAY_LIMIT } from '../runtime/limits.js';
import { RowFunction, toDatum } from '../runtime/row-function.js';
import type { Stream } from '../runtime/stream.js';
import type { Value } from '../runtime/value.js';
import type { Durability, StoredFunction } from '../storage/definitions.js';
import type { Storage } from '../storage/storage.js';
import { withoutFrames } from './backtrace.js';
import { compile } from './compile.js';
import type { QueryEnvironment } from './environment.js';
import { compileStoredRowFunction } from './functions/compile-stored.js';
import { type FeedNote, openLiveFeed } from './live-feed.js';
import type { Node } from './node.js';
import { Scope } from './scope.js';
import { refuseExtrema } from './to-json.js';

/** A query as a client sends it: a term and the global options, both as JSON. */
export interface Query {
  readonly term: Datum;
  readonly optargs: Readonly<DatumObject>;
}

/** The outcome of a query; `durability` is the strictest that its writes asked for. */
export type Outcome = (
  | { readonly kind: 'datum'; readonly value: Datum }
  | { readonly kind: 'sequence'; readonly rows: Iterator<Datum> }
  | { readonly kind: 'feed'; readonly feed: Feed; readonly note: FeedNote; readonly includesStates: boolean }
  | { readonly kind: 'later'; readonly promise: Promise<Outcome> }
) & { readonly durability: Durability | null };

/** A compiled query. */
export interface PreparedQuery {
  /** True if the query contains a term that changes a database: it must run inside `Storage.write`. */
  readonly writes: boolean;
  /**
   * Runs the query. Rows of a sequence may throw the same errors later.
   * @throws ReqlError with the frames of the term that failed
   * @throws RangeError if the query is nested too deeply for the stack
   */
  evaluate(storage: Storage, registry: FeedRegistry): Outcome;
}

/** @throws ReqlError COMPILE or CLIENT for a query that cannot be compiled */
export function prepareQuery({ term, optargs }: Query): PreparedQuery {
  const { root, writes } = compile(term);
  for (const name of Object.keys(optargs)) {
    if (GLOBAL_OPTIONS.has(name)) continue;
    throw withoutFrames(compileError(`Unrecognized global optional argument \`${name}\`.`));
  }
  return {
    writes,
    evaluate: (storage, registry) => new QueryContext(storage, registry, optargs).outcome(root),
  };
}

class QueryContext implements QueryEnvironment {
  readonly now = makeTime(Date.now() / 1000);
  readonly limits;
  readonly #options = new Map<string, Node>();
  readonly #scope = new Scope(this);
  #durability: Durability | null = null;

  constructor(
    readonly storage: Storage,
    readonly registry: FeedRegistry,
    optargs: Readonly<DatumObject>,
  ) {
    for (const [name, term] of Object.entries(optargs)) this.#options.set(name, compile(term).root);
    this.limits = { arraySize: DEFAULT_ARRAY_LIMIT };
    const limit = this.option('array_limit');
    if (limit !== undefined) {
      this.limits = { arraySize: checkLimit('array size limit', asInteger(toDatum(limit))) };
    }
  }

  option(name: string): Value | undefined {
    return this.#options.get(name)?.evaluate(this.#scope);
  }

  storedFunction(stored: StoredFunction): RowFunction {
    return compileStoredRowFunction(stored);
  }

  wrote(durability: Durability): void {
    if (this.#durability !== 'hard') this.#durability = durability;
  }

  outcome(root: Node): Outcome {
    return this.#outcomeOf(root.evaluate(this.#scope));
  }

  #outcomeOf(value: Value): Outcome {
    const durability = this.#durability;
    if (value instanceof Grouped) return { kind: 'datum', value: value.toDatum(this.limits), durability };
    if (value instanceof RowFunction) {
      throw withoutFrames(
        logicError('Query result must be of type DATUM, GROUPED_DATA, or STREAM (got FUNCTION).'),
      );
    }
    if (!Array.isArray(value) && isSequence(value)) return this.#sequenceOutcome(toStream(value));
    const datum = this.#finalDatum(value);
    refuseExtrema(datum);
    return { kind: 'datum', value: datum, durability };
  }

  #finalDatum(value: Value): Datum {
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

  #sequenceOutcome(stream: Stream): Outcome {
    const durability = this.#durability;
    const live = openLiveFeed(this.registry, stream);
    if (live !== undefined) return { kind: 'feed', ...live, durability };
    if (stream.isArray) return { kind: 'datum', value: stream.toArray(this.limits), durability };
    return { kind: 'sequence', rows: stream.rows()[Symbol.iterator](), durability };
  }
}

/** The global options of a query. */
const GLOBAL_OPTIONS = new Set(
  [
    '_EVAL_FLAGS_ _NO_RECURSE_ _SHORTCUT_ array_limit attempts auth base binary_format',
    'changefeed_queue_size conflict data db default default_timezone dry_run durability',
    'emergency_repair emit fill final_emit first_batch_scaledown_factor float geo geo_system',
    'group_format header identifier_format ignore_write_hook include_initial include_offsets',
    'include_states include_types index interleave left_bound max_batch_bytes max_batch_rows',
    'max_batch_seconds max_dist max_results method min_batch_rows multi non_atomic',
    'nonvoting_replica_tags noreply num_vertices ordered overwrite page page_limit params',
    'primary_key primary_replica_tag profile read_mode redirects replicas result_format',
    'return_changes return_vals right_bound shards squash time_format timeout unit',
    'use_outdated verify wait_for',
  ].flatMap((line) => line.split(' ')),
);
