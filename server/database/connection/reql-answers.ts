/** Options and answers of ReQL's terms. */

/** A time in the raw form, in seconds since 1970. */
export interface RawTime {
  readonly $reql_type$: 'TIME';
  readonly epoch_time: number;
}

/** Bytes in the raw form, such as a function as the database stores it. */
export interface RawBinary {
  readonly $reql_type$: 'BINARY';
  /** Base64. */
  readonly data: string;
}

export interface IndexOptions {
  multi?: boolean;
  geo?: boolean;
}

export interface IndexStatus extends Required<IndexOptions> {
  index: string;
  function: RawBinary;
  /** The ReQL text that made the index. */
  query: string;
}

export interface WriteOptions {
  durability?: 'hard' | 'soft';
  returnChanges?: boolean | 'always';
  ignoreWriteHook?: boolean;
}

export interface FeedOptions {
  squash?: boolean;
  includeStates?: boolean;
}

/** An item of a feed: a change, a state, or an error after which changes are missing. */
export interface FeedItem<Row> {
  state?: string;
  error?: string;
  old_val?: Row | null;
  new_val?: Row | null;
}

export interface WriteResult<Row = unknown> {
  inserted: number;
  replaced: number;
  unchanged: number;
  deleted: number;
  skipped: number;
  errors: number;
  first_error?: string;
  generated_keys?: string[];
  changes?: { old_val: Row | null; new_val: Row | null; error?: string }[];
}

/** A row of the system table `table_config`. */
export interface TableConfig {
  id: string;
  db: string;
  name: string;
  /** Missing, with an `error` in its place, while the servers that have the table cannot be reached. */
  shards?: { replicas: string[] }[];
  indexes?: string[];
}
