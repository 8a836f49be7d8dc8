import { type Datum, isObject, typeName } from '../values/datum.js';
import { decodeJson } from '../values/json.js';
import { clientError } from '../values/reql-error.js';
import { QUERY } from './protocol.js';

/** A query as the driver sent it: `[type, term, optargs]`. */
export interface Query {
  readonly type: number;
  readonly term: unknown;
  readonly optargs: Readonly<Record<string, unknown>>;
}

/** Throws a CLIENT error, worded like RethinkDB's, for what is no query. */
export function parseQuery(body: Buffer): Query {
  let parts: Datum;
  try {
    parts = decodeJson(body.toString());
  } catch {
    throw clientError('Client is buggy (failed to deserialize query).');
  }
  if (!Array.isArray(parts)) throw fault(`Expected a query to be an array, but found ${typeName(parts)}.`);
  if (parts.length < 1 || parts.length > 3) {
    throw fault(`Expected 1 to 3 elements in the top-level query, but found ${parts.length}.`);
  }
  const [type, term = null, optargs = {}] = parts;
  if (typeof type !== 'number')
    throw fault(`Expected a query type as a number, but found ${typeName(type!)}.`);
  if (!Object.values(QUERY).includes(type)) throw fault(`Unrecognized QueryType: ${type}.`);
  if (type === QUERY.START && parts.length < 2) throw fault('Expected a term to start.');
  if (!isObject(optargs))
    throw fault(`Expected global optargs as an object, but found ${typeName(optargs)}.`);
  return { type, term, optargs };
}

function fault(message: string) {
  return clientError(`Server could not parse query: ${message}`);
}

/** `noreply` and `profile` must be known before a query is evaluated: they are plain booleans. */
export function flag(query: Query, name: string): boolean {
  return query.optargs[name] === true;
}
