import type { Config } from './config.js';
import { type DatabaseAddress, DEFAULT_DB } from './database-address.js';
import { startEmbedded } from './embedded/index.js';
import type { Log } from './log.js';

/**
 * Starts the embedded database as the settings say: for the only process, or by the primary for all.
 * @throws EmbeddedError with a message for the operator
 */
export async function openOwnDatabase(
  { dataDir, embedded }: Config,
  log: Log,
): Promise<{ address: DatabaseAddress; stop(): Promise<void> }> {
  const { host, port, stop } = await startEmbedded({
    directory: dataDir,
    port: embedded.port,
    password: embedded.password,
    onExit: (error: Error) => log.fatal({ err: error }, 'embedded database: ended unexpectedly'),
  });
  const address = { host, port, db: DEFAULT_DB, user: 'admin', password: embedded.password, tls: null };
  return { address, stop };
}
