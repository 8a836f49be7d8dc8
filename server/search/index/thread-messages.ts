import type { DatabaseAddress } from '../../config/database-url.js';
import type { LOG_LEVELS } from '../../config/settings.js';
import type { Hit, IndexQuery } from './index-query.js';

/** Options of the thread of the index. */
export interface IndexThreadOptions {
  /** Directory of the index; the processes of a host that share it share one index. */
  directory: string;
  database: DatabaseAddress;
  log: (typeof LOG_LEVELS)[number];
}

/** To the thread. */
export type IndexCommand =
  | { kind: 'query'; request: number; query: IndexQuery }
  | { kind: 'stats'; request: number }
  | { kind: 'stop' };

/** From the thread. */
export type IndexMessage =
  | ({ kind: 'found'; request: number } & Found)
  | ({ kind: 'stats'; request: number } & IndexStats)
  | { kind: 'failed'; request: number; reason: string };

/** The state of the index, for metrics. */
export interface IndexStats {
  messages: number;
  /** Of its files. */
  bytes: number;
  /** Of the messages in the table, as far as is known. */
  percent: number;
  /** Age of the oldest change that the index does not have; 0 also in a process that does not write the index. */
  lagSeconds: number;
}

export interface Found {
  hits: Hit[];
  /** Percent of the messages that the index has; 100 unless it is being built. */
  percent: number;
}
