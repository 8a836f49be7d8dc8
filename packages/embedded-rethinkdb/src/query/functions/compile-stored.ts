import { type Datum, isExtremum } from '../../datum/datum.js';
import { internalError, logicError } from '../../datum/reql-error.js';
import { makeTime } from '../../datum/time.js';
import type { FeedRegistry } from '../../feeds/feed-registry.js';
import { DEFAULT_ARRAY_LIMIT } from '../../runtime/limits.js';
import { RowFunction, toDatum } from '../../runtime/row-function.js';
import type { StoredFunction } from '../../storage/definitions.js';
import type { Storage } from '../../storage/storage.js';
import { compile } from '../compile.js';
import type { QueryEnvironment } from '../environment.js';
import { Scope } from '../scope.js';

/**
 * The environment of stored functions, which may use their arguments only. Functions that need more are refused as
 * nondeterministic when they are created.
 */
const ISOLATED: QueryEnvironment = {
  get storage(): Storage {
    throw internalError('A stored function cannot use tables.');
  },
  get registry(): FeedRegistry {
    throw internalError('A stored function cannot follow changes.');
  },
  limits: { arraySize: DEFAULT_ARRAY_LIMIT },
  now: makeTime(0),
  option: () => undefined,
  storedFunction: compileStoredRowFunction,
  wrote: () => undefined,
};

const compiled = new WeakMap<StoredFunction, RowFunction>();

/** A stored function for terms. It is compiled once. */
export function compileStoredRowFunction(stored: StoredFunction): RowFunction {
  const known = compiled.get(stored);
  if (known !== undefined) return known;
  const value = compile(stored.term).root.evaluate(new Scope(ISOLATED));
  if (!(value instanceof RowFunction)) throw logicError('The stored value is not a function.');
  compiled.set(stored, value);
  return value;
}

/** A stored function for the storage, which calls it for the values of secondary indexes. */
export function compileStoredFunction(stored: StoredFunction): (...args: Datum[]) => Datum {
  const f = compileStoredRowFunction(stored);
  return (...args) => {
    const value = toDatum(f.call(args));
    if (holdsExtremum(value)) throw logicError('Cannot use `r.minval` or `r.maxval` in an index key.');
    return value;
  };
}

function holdsExtremum(datum: Datum): boolean {
  return Array.isArray(datum) ? datum.some(holdsExtremum) : isExtremum(datum);
}
