import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSessionSecret } from '../auth/session-secret.js';
import type { Config } from '../config/config.js';
import { superviseEmbeddedDatabase } from '../runtime/embedded-database.js';
import { listen } from '../runtime/listener.js';
import { fail, handleShutdownSignals, printStartupBanner } from '../runtime/signals.js';
import { createLog } from '../telemetry/logger.js';
import { Workers } from './workers.js';

/** The part of the time for a stop that is the database's, when the workers are gone. */
const DATABASE_SHARE = 0.2;

/**
 * Provides what there must be once, and starts the processes that serve. It accepts connections and gives them to the
 * workers, unread, so that nothing keeps it from looking after them.
 */
export async function runPrimary(config: Config): Promise<void> {
  const log = createLog(config);
  const folder = await mkdtemp(path.join(tmpdir(), 'changeroom-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const sessionSecret = await loadSessionSecret(config, log);
    const own = config.database ? null : await superviseEmbeddedDatabase(config, log);
    const address = config.database ?? own!.address;
    const complete = { ...config, database: address, sessionSecret };
    const workers = new Workers(
      config.instances,
      { config: complete, folder, awaitDatabase: own !== null },
      log,
    );
    const port = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => workers.connect(socket));

    const stop = async () => {
      port.close();
      const late = await workers.stop(config.shutdownMs * (1 - DATABASE_SHARE));
      // Last, so that what workers have acknowledged is in it.
      await own?.stop();
      await removeFolder();
      if (late > 0) throw new Error(`${late} processes were not done in time and were ended`);
    };
    try {
      await workers.start();
      const url = await listen(port, config);
      handleShutdownSignals(stop, config.shutdownMs);
      printStartupBanner(url, { address, isEmbedded: own !== null }, config.instances);
    } catch (error) {
      await stop().catch(() => {});
      throw error;
    }
  } catch (error) {
    await removeFolder();
    fail((error as Error).message, 1);
  }
}
