import cluster from 'node:cluster';
import { type Config, readConfig } from './config/config.js';
import { ConfigError } from './config/config-error.js';
import { fail, handleShutdownSignals, printStartupBanner } from './runtime/signals.js';

/**
 * Decides what this process is: the only one, the primary of several, or one of these. Each loads what it needs alone.
 * Exit codes: 0 after a stop, 1 when it cannot start or stop, 2 for the settings.
 */
async function main(): Promise<void> {
  if (cluster.isWorker) {
    const { runWorker } = await import('./cluster/worker.js');
    return runWorker();
  }
  const config = configure();
  if (config.instances === 1) return runAlone(config);
  const { runPrimary } = await import('./cluster/primary.js');
  return runPrimary(config);
}

async function runAlone(config: Config): Promise<void> {
  const { startApp } = await import('./app.js');
  const app = await startApp(config).catch((error: Error) => fail(error.message, 1));
  handleShutdownSignals(() => app.stop(), config.shutdownMs);
  printStartupBanner(app.url, app.database);
}

function configure(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, 2);
    throw error;
  }
}

await main();
