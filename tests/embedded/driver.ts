import rethinkdb from 'rethinkdb';

/** The official driver, untyped: its published types lack half of its terms. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export const r: any = rethinkdb;

export type Connection = rethinkdb.Connection & {
  noreplyWait(): Promise<void>;
  server(): Promise<object>;
};
