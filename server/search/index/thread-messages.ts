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
export type IndexCommand = { kind: 'query'; request: number; query: IndexQuery } | { kind: 'stop' };

/** From the thread. */
export type IndexMessage =
  | ({ kind: 'found'; request: number } & Found)
  | { kind: 'failed'; request: number; reason: string };

export interface Found {
  hits: Hit[];
  /** Percent of the messages that the index has; 100 unless it is being built. */
  percent: number;
}
