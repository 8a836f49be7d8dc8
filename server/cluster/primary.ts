import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSessionSecret } from '../auth/session-secret.js';
import type { Config } from '../config.js';
import { announce, fail, stopOnSignals } from '../lifecycle.js';
import { createLog } from '../log.js';
import { openOwnDatabase } from '../own-database.js';
import { Workers } from './workers.js';

/** The part of the time for a stop that is the database's, when the workers are gone. */
const DATABASE_SHARE = 0.2;

/**
 * Provides what there must be once, and starts the processes that serve. It serves nobody itself, so that nothing
 * keeps it from looking after them.
 */
export async function runPrimary(config: Config): Promise<void> {
  const log = createLog(config);
  const folder = await mkdtemp(path.join(tmpdir(), 'changeroom-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const sessionSecret = await loadSessionSecret(config);
    const own = config.database ? null : await openOwnDatabase(config, log);
    const address = config.database ?? own!.address;
    const assignment = {
      config: { ...config, database: address, sessionSecret },
      folder,
      awaitDatabase: own !== null,
    };
    const workers = new Workers(config.instances, assignment, log);

    const stop = async () => {
      const late = await workers.stop(config.shutdownMs * (1 - DATABASE_SHARE));
      // Last, so that what workers have acknowledged is in it.
      await own?.stop();
      await removeFolder();
      if (late > 0) throw new Error(`${late} processes were not done in time and were ended`);
    };
    const url = await workers.start().catch(async (error) => {
      await stop().catch(() => {});
      throw error;
    });
    announce(url, { address, isEmbedded: own !== null }, config.instances);
    stopOnSignals(stop, config.shutdownMs);
  } catch (error) {
    await removeFolder();
    fail((error as Error).message, 1);
  }
}
