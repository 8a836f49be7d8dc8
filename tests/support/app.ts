import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type App, type AppOptions, startApp } from '../../server/app.js';
import { readConfig } from '../../server/config/config.js';
import { openDatabase, type TestDatabase } from './database.js';
import { PATIENT } from './stack.js';

export interface TestApp {
  url: string;
  app: App;
  database: TestDatabase;
  stop(): Promise<void>;
}

/** The whole app on free ports and a database of its own, without search. `env` adds settings. */
export async function startTestApp({
  env = {},
  database,
  overrides = {},
}: {
  env?: Record<string, string>;
  /** A database that several apps share; it stays open when the app stops. */
  database?: TestDatabase;
  overrides?: AppOptions;
} = {}): Promise<TestApp> {
  const own = database ? null : await openDatabase();
  const used = database ?? own!;
  const dataDir = await mkdtemp(path.join(tmpdir(), 'changeroom-test-'));
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    DATA_DIR: dataDir,
    SEARCH: 'false',
    ...env,
  });
  const app = await startApp(
    { ...config, database: used.address },
    { ...overrides, database: { ...PATIENT, ...overrides.database } },
  );
  await app.parts.database.ready(30_000);
  return {
    url: app.url,
    app,
    database: used,
    stop: async () => {
      await app.stop();
      await own?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
