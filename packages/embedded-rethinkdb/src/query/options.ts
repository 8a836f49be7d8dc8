import { logicError } from '../datum/reql-error.js';
import { asString } from '../datum/type-checks.js';
import { toDatum } from '../runtime/row-function.js';
import { findDatabase } from '../runtime/tables.js';
import { DatabaseValue, displayValue, wrongKind } from '../runtime/value.js';
import type { Durability } from '../storage/definitions.js';
import { parseDurability } from '../writes/options.js';
import type { Arguments } from './arguments.js';

/** The database of a table without one: the query's option `db`, or `test`. */
export function defaultDatabase(args: Arguments): DatabaseValue {
  const given = args.option('db');
  if (given === undefined) return findDatabase(args.env.storage, 'test');
  if (given instanceof DatabaseValue) return given;
  throw wrongKind('DATABASE', given);
}

/** The option `durability`; undefined: the durability of the table applies. */
export function durabilityOption(args: Arguments): Durability | undefined {
  return args.optionAs('durability', (value) => parseDurability(asString(toDatum(value))));
}

/** The option `left_bound` or `right_bound`: whether the bound excludes its own value. */
export function openBound(args: Arguments, option: string, otherwise: boolean): boolean {
  const given = args.stringOption(option);
  if (given === undefined) return otherwise;
  if (given === 'open') return true;
  if (given === 'closed') return false;
  throw logicError(
    `Expected \`open\` or \`closed\` for optarg \`${option}\` (got \`${displayValue(given)}\`).`,
  );
}
