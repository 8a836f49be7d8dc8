import cluster from 'node:cluster';
import { type Config, loadConfig } from './config/config.js';
import { ConfigError } from './config/config-error.js';
import { fail, handleShutdownSignals, printStartupBanner } from './runtime/signals.js';
import { createLog } from './telemetry/logger.js';

/**
 * Runs the server as a single process, as the primary of several processes, or as one of their workers. Each role is
 * imported only where it is needed.
 * Exit codes: 0 after a shutdown, 1 when the server cannot start or stop, 2 when the configuration is invalid.
 */
async function main(): Promise<void> {
  if (cluster.worker) {
    const { runWorker } = await import('./cluster/worker.js');
    return runWorker(cluster.worker);
  }
  const { config, envFile } = configure();
  const log = createLog(config);
  if (envFile !== null) log.info({ file: envFile }, 'settings read from a file');
  for (const warning of config.warnings) log.warn(warning);
  if (config.instances === 1) return runSingleProcess(config);
  const { runPrimary } = await import('./cluster/primary.js');
  return runPrimary(config);
}

async function runSingleProcess(config: Config): Promise<void> {
  const { startApp } = await import('./app.js');
  const app = await startApp(config).catch((error: Error) => fail(error.message, 1));
  handleShutdownSignals(() => app.stop(), config.shutdownMs);
  printStartupBanner(app.url, app.database);
}

function configure(): ReturnType<typeof loadConfig> {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, 2);
    throw error;
  }
}

await main();
