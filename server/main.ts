import { type App, startApp } from './app.js';
import { type Config, ConfigError, readConfig } from './config.js';

/** Starts, waits for a signal, stops. Exit codes: 0 after a stop, 1 when it cannot start or stop, 2 for the settings. */
async function main(): Promise<void> {
  const config = configure();
  const app = await startApp(config).catch((error: Error) => fail(error.message, 1));
  const { host, port, db } = app.database.address;
  const kind = app.database.isEmbedded ? 'embedded database' : 'database';
  process.stdout.write(`Changeroom is at ${app.url}, its ${kind} at ${host}:${port} (database ${db})\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(app, config));
}

function configure(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, 2);
    throw error;
  }
}

let stopping = false;

async function stop(app: App, config: Config): Promise<void> {
  // An impatient second Ctrl+C means it.
  if (stopping) process.exit(1);
  stopping = true;
  const late = setTimeout(
    () => fail(`not stopped within ${config.shutdownMs / 1000} s`, 1),
    config.shutdownMs,
  );
  await app.stop();
  clearTimeout(late);
  process.exit(0);
}

function fail(message: string, code: number): never {
  process.stderr.write(`Changeroom: ${message}\n`);
  process.exit(code);
}

await main();
