import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSessionSecret } from '../auth/session-secret.js';
import type { Config } from '../config/config.js';
import { loadVapidKeys } from '../notifications/vapid-keys.js';
import { openDatabaseServer } from '../runtime/database-server.js';
import { listen } from '../runtime/listener.js';
import { fail, handleShutdownSignals, printStartupBanner } from '../runtime/signals.js';
import { createLog } from '../telemetry/logger.js';
import { Workers } from './workers.js';

/** Share of the shutdown time that is reserved for the database, after the workers have exited. */
const DATABASE_SHUTDOWN_SHARE = 0.2;

/**
 * Runs the primary process: opens what exists once per chat, starts the workers, and distributes connections to them
 * without reading from these, so that it stays responsive.
 */
export async function runPrimary(config: Config): Promise<void> {
  const log = createLog(config);
  const socketDirectory = await mkdtemp(path.join(tmpdir(), 'changeroom-'));
  const removeDirectory = () => rm(socketDirectory, { recursive: true, force: true });
  try {
    const sessionSecret = await loadSessionSecret(config, log);
    const database = await openDatabaseServer(config, log);
    // The workers see a configured database, for which no keys are generated.
    const push = { ...config.push, keys: await loadVapidKeys(config) };
    const init = {
      config: { ...config, database: database.address, push, sessionSecret },
      socketDirectory,
      awaitDatabase: database.isEmbedded,
    };
    const workers = new Workers(config.instances, init, log);
    const port = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => workers.connect(socket));

    const stop = async () => {
      port.close();
      const killed = await workers.stop(config.shutdownMs * (1 - DATABASE_SHUTDOWN_SHARE));
      // After the workers, so that it stores all writes that they have acknowledged.
      await database.stop();
      await removeDirectory();
      if (killed > 0) throw new Error(`${killed} processes did not exit in time and were killed`);
    };
    try {
      await workers.start();
      const url = await listen(port, config);
      handleShutdownSignals(stop, config.shutdownMs);
      printStartupBanner(url, database, config.instances);
    } catch (error) {
      await stop().catch(() => {});
      throw error;
    }
  } catch (error) {
    await removeDirectory();
    fail((error as Error).message, 1);
  }
}
