import { typeName } from '../datum/datum.js';
import { logicError } from '../datum/reql-error.js';
import type { FeedOptions, FeedSource } from '../feeds/source.js';
import { isSequence } from '../runtime/conversions.js';
import { feedSource } from '../runtime/feed-plan.js';
import { checkLimit } from '../runtime/limits.js';
import { toDatum } from '../runtime/row-function.js';
import { ExtremeSelection, SingleSelection } from '../runtime/selection.js';
import { toWritableTable } from '../runtime/tables.js';
import { isDatum, type Value, wrongKind } from '../runtime/value.js';
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

/** The source of `changes`. */
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
