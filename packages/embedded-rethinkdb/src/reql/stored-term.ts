import type { RowFunction } from '../sequences/row-function.js';
import type { StoredFunction } from '../storage/shapes.js';
import { logicError } from '../values/reql-error.js';
import { QueryFunction } from './query-function.js';

/** A function of a query as it is kept in the database: its term, with the variables around it filled in. */
export function freeze(f: RowFunction): StoredFunction {
  if (!(f instanceof QueryFunction)) throw logicError('Expected type FUNCTION but found DATUM.');
  return { term: f.closedTerm() };
}
