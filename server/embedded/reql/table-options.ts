import { asInteger } from '../sequences/datum-types.js';
import { type Datum, isObject, typeName } from '../values/datum.js';
import { displayDatum } from '../values/display.js';
import { logicError } from '../values/reql-error.js';
import type { Arguments } from './arguments.js';

/** Checks options that only matter to a cluster: there is one server, and it holds everything. */
export function checkTableOptions(args: Arguments): void {
  const shards = args.integerOption('shards');
  if (shards !== undefined && shards < 1) throw logicError('Every table must have at least one shard.');
  const replicas = args.datumOption('replicas');
  const tag = args.stringOption('primary_replica_tag');
  if (replicas !== undefined) checkReplicas(replicas, tag, args.datumOption('nonvoting_replica_tags'));
}

function checkReplicas(replicas: Datum, tag: string | undefined, nonvoting: Datum | undefined): void {
  if (isObject(replicas)) {
    if (tag === undefined) {
      throw logicError('`primary_replica_tag` must be specified when `replicas` is an OBJECT.');
    }
    for (const count of Object.values(replicas)) {
      if (asInteger(count) < 0) throw logicError("Can't have a negative number of replicas");
    }
    return;
  }
  if (typeof replicas !== 'number') {
    throw logicError(
      `Expected type OBJECT or NUMBER but found ${typeName(replicas)}:\n${displayDatum(replicas)}`,
    );
  }
  if (tag !== undefined)
    throw logicError('`replicas` must be an OBJECT if `primary_replica_tag` is specified.');
  if (nonvoting !== undefined) {
    throw logicError('`replicas` must be an OBJECT if `nonvoting_replica_tags` is specified.');
  }
}
