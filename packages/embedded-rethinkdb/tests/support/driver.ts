import rethinkdb from 'rethinkdb';

/** A ReQL expression; untyped, for the driver's published types lack half of the terms. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Term = any;

/** The official driver. */
export const r: Term = rethinkdb;

export type Connection = rethinkdb.Connection & {
  noreplyWait(): Promise<void>;
  server(): Promise<object>;
};

/**
 * Connects with credentials that the server refuses. The official driver does not clear its timeout then, and throws when
 * it has passed: it is a day here.
 */
export function connectRefused(options: object): Promise<Connection> {
  return r.connect({ timeout: 86_400, ...options });
}
