import { type Datum, isObject, typeName } from '../datum/datum.js';
import { displayDatum } from '../datum/display.js';
import { logicError, opFailed } from '../datum/reql-error.js';
import { asInteger } from '../datum/type-checks.js';
import { toDatum } from '../runtime/row-function.js';
import type { Arguments } from './arguments.js';

/** Checks the options for clusters. They have no effect: there is one server. */
export function checkTableOptions(args: Arguments): void {
  args.optionAs('shards', (value) => checkShards(asInteger(toDatum(value))));
  const tag = args.stringOption('primary_replica_tag');
  const nonvoting = args.datumOption('nonvoting_replica_tags');
  args.optionAs('replicas', (value) => checkReplicas(toDatum(value), tag, nonvoting));
  const replicas = args.datumOption('replicas');
  if (typeof replicas === 'number' && replicas > 1) throw opFailed(tooManyReplicas(replicas));
}

function checkShards(shards: number): void {
  if (shards < 1) throw logicError('Every table must have at least one shard.');
}

function tooManyReplicas(count: number): string {
  return (
    `Can't put ${count} replicas on servers with the tag \`default\` because there are only 1 servers ` +
    "with the tag `default`. It's impossible to have more replicas of the data than there are servers."
  );
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
