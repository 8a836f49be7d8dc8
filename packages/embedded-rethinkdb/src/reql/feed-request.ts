import type { FeedOptions, FeedSource } from '../changefeeds/source.js';
import { feedSource } from '../sequences/feed-plan.js';
import { checkLimit } from '../sequences/limits.js';
import { toDatum } from '../sequences/row-function.js';
import { ExtremeSelection, SingleSelection } from '../sequences/selection.js';
import { isSequence } from '../sequences/sources.js';
import { isDatum, type Value, wrongKind } from '../sequences/value.js';
import { toWritableTable } from '../sequences/writable-table.js';
import { typeName } from '../values/datum.js';
import { logicError } from '../values/reql-error.js';
import type { Arguments } from './arguments.js';

function parseSquash(given: Value): boolean | number {
  const squash = toDatum(given);
  if (typeof squash === 'boolean') return squash;
  if (typeof squash !== 'number') throw logicError(`Expected BOOL or NUMBER but found ${typeName(squash)}.`);
  if (squash < 0) throw logicError('Expected BOOL or a positive NUMBER but found a negative NUMBER.');
  return squash;
}

/** The options of `changes`. */
export function feedOptions(args: Arguments): FeedOptions {
  const squash = args.optionAs('squash', parseSquash) ?? false;
  return {
    squash,
    includeStates: args.booleanOption('include_states') ?? false,
    includeTypes: args.booleanOption('include_types') ?? false,
    includeInitial: args.booleanOption('include_initial') ?? false,
    includeOffsets: args.booleanOption('include_offsets') ?? false,
    changefeedQueueSize: checkLimit(
      'changefeed queue size',
      args.integerOption('changefeed_queue_size') ?? 100_000,
    ),
  };
}

/** What `changes` follows. */
export function sourceOf(value: Value, args: Arguments): FeedSource {
  if (value instanceof ExtremeSelection) {
    const plan = value.slice.stream().options.feed;
    if (plan?.kind !== 'range') throw logicError('Cannot call `changes` on an eager stream.');
    const { table, index, bounds } = plan;
    return { kind: 'limit', table, index, bounds, descending: value.slice.order === 'descending', limit: 1 };
  }
  if (value instanceof SingleSelection) {
    return { kind: 'point', table: toWritableTable(value.table), key: value.key };
  }
  if (isDatum(value) || isSequence(value)) {
    const stream = args.stream(0);
    return args.at(0, () => feedSource(stream, args.limits));
  }
  return args.at(0, () => {
    throw wrongKind('SELECTION', value);
  });
}
