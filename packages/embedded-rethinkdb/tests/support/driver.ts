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
