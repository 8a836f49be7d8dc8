import { type Datum, isObject, typeName } from '../datum/datum.js';
import { decodeJson } from '../datum/json.js';
import { clientError } from '../datum/reql-error.js';
import type { Query } from '../query/evaluate.js';
import { QUERY } from './protocol.js';

/** A request of a client: `[type, term, optargs]`. `type` is a number of `QUERY`. */
export interface QueryRequest extends Query {
  readonly type: number;
}

/** @throws ReqlError CLIENT, with RethinkDB's text, for an invalid request */
export function parseRequest(body: Buffer): QueryRequest {
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
  const [type = null, term = null, optargs = {}] = parts;
  if (typeof type !== 'number')
    throw fault(`Expected a query type as a number, but found ${typeName(type)}.`);
  if (!Object.values(QUERY).includes(type)) throw fault(`Unrecognized QueryType: ${type}.`);
  if (type === QUERY.START && parts.length < 2) throw fault('Expected a term to start.');
  if (!isObject(optargs))
    throw fault(`Expected global optargs as an object, but found ${typeName(optargs)}.`);
  return { type, term, optargs };
}

function fault(message: string) {
  return clientError(`Server could not parse query: ${message}`);
}

/** An option that must be known before the query is evaluated: a literal boolean. */
export function hasFlag({ optargs }: Query, name: 'noreply' | 'profile'): boolean {
  return optargs[name] === true;
}
