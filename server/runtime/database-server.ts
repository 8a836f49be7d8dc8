import type { Config } from '../config/config.js';
import type { DatabaseAddress } from '../config/database-url.js';
import type { Log } from '../telemetry/logger.js';
import { superviseEmbeddedDatabase } from './embedded-database.js';

/** The database server that this chat uses. */
export interface DatabaseServer {
  address: DatabaseAddress;
  /** Whether this process has started it. */
  isEmbedded: boolean;
  /** Stops the embedded database; has no effect on any other. */
  stop(): Promise<void>;
}

/** Starts the embedded database unless another server is configured. @throws EmbeddedError for the operator */
export async function openDatabaseServer(config: Config, log: Log): Promise<DatabaseServer> {
  if (config.database) return { address: config.database, isEmbedded: false, stop: async () => {} };
  return { ...(await superviseEmbeddedDatabase(config, log)), isEmbedded: true };
}
