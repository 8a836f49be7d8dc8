import { join } from 'node:path';
import type { AccessControl } from '../access/access-control.js';
import type { Config } from '../config/config.js';
import type { DatabaseAddress } from '../config/database-url.js';
import type { Database } from '../database/connection/database.js';
import { MessageScan } from '../database/tables/message-scan.js';
import type { UserTable } from '../database/tables/user-table.js';
import type { Limits } from '../limits/limits.js';
import type { Log } from '../telemetry/logger.js';
import type { Registry } from '../telemetry/metrics/registry.js';
import { measureSearch } from '../telemetry/metrics/search.js';
import { IndexThread } from './index/index-thread.js';
import { Search } from './search.js';
import { LiveViews } from './views/live-views.js';

export interface SearchPartsDependencies {
  access: AccessControl;
  /** Of the database, for the thread, which has a connection of its own. */
  address: DatabaseAddress;
  database: Database;
  limits: Limits;
  log: Log;
  registry: Registry;
  users: UserTable;
}

/** The parts of search in this process. */
export interface SearchParts {
  /** Null: `SEARCH=false`. */
  searches: { search: Search | null; views: LiveViews | null };
  start(): void;
  stop(): Promise<void>;
}

export function createSearch(
  { isSearchOn, dataDir, log: level }: Config,
  { access, address, database, limits, log, registry, users }: SearchPartsDependencies,
): SearchParts {
  if (!isSearchOn) return { searches: { search: null, views: null }, start: () => {}, stop: async () => {} };
  const messages = new MessageScan(database, log);
  const index = new IndexThread({ directory: join(dataDir, 'search'), database: address, log: level }, log);
  const search = new Search({ access, index, limits, messages, users });
  const views = new LiveViews({ access, limits, log, messages, search, users });
  measureSearch(registry, { index: () => index.stats(), views: () => views.size });
  return {
    searches: { search, views },
    start: () => index.start(),
    stop: () => index.stop(),
  };
}
