import { findDatabase } from '../sequences/find-table.js';
import { Database, wrongKind } from '../sequences/value.js';
import type { Arguments } from './arguments.js';

/** The database of a table that was named without one: the query's option `db`, or `test`. */
export function defaultDatabase(args: Arguments): Database {
  const given = args.option('db');
  if (given === undefined) return findDatabase(args.env.storage, 'test');
  if (given instanceof Database) return given;
  throw wrongKind('DATABASE', given);
}
