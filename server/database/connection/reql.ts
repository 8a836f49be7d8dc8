import rethinkdb from 'rethinkdb';

/**
 * A ReQL expression under construction. The driver's type declarations lack half of the language (write hooks,
 * minval, optional arguments), and what they have does not compose; ReQL is checked where it runs, by the tests.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Term = any;

/** The official driver. */
export const r: Term = rethinkdb;

/** Run options for rows with times: the driver's own conversion to Date can be a millisecond off. */
export const RAW = { timeFormat: 'raw' } as const;

export type DriverConnection = rethinkdb.Connection;

/** What the driver gives for a sequence or feed. */
export interface DriverCursor<Row> {
  /** Calls back for every row until the callback returns false. */
  each(callback: (error: Error | null, row: Row) => boolean | undefined): void;
  close(): Promise<void>;
  /** All rows of a sequence that ends. */
  toArray(): Promise<Row[]>;
}
