import { clientError } from '../values/reql-error.js';
import { QUERY } from './protocol.js';

/** A query as the driver sent it: `[type, term, optargs]`. */
export interface Query {
  readonly type: number;
  readonly term: unknown;
  readonly optargs: Readonly<Record<string, unknown>>;
}

/** Throws a CLIENT error for what is no query. */
export function parseQuery(body: Buffer): Query {
  let parts: unknown;
  try {
    parts = JSON.parse(body.toString());
  } catch {
    throw clientError('Client is buggy (failed to deserialize query).');
  }
  if (!Array.isArray(parts))
    throw clientError('Server could not parse query: Expected a query to be an array.');
  const [type, term, optargs = {}] = parts as unknown[];
  if (typeof type !== 'number') {
    throw clientError('Server could not parse query: Expected a query type as the first element.');
  }
  if (!Object.values(QUERY).includes(type)) {
    throw clientError(`Server could not parse query: Unrecognized QueryType: ${type}.`);
  }
  if (type === QUERY.START && parts.length < 2) {
    throw clientError('Server could not parse query: Expected a term to start.');
  }
  if (typeof optargs !== 'object' || optargs === null || Array.isArray(optargs)) {
    throw clientError('Server could not parse query: Expected global optargs to be an object.');
  }
  return { type, term, optargs: optargs as Record<string, unknown> };
}

/** `noreply` and `profile` must be known before a query is evaluated: they are plain booleans. */
export function flag(query: Query, name: string): boolean {
  return query.optargs[name] === true;
}
