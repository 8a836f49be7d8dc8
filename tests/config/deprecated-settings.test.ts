import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { endAllServers, startServer } from '../support/server-process.js';

let directory: string | undefined;
afterEach(async () => {
  await endAllServers();
  if (directory) await rm(directory, { recursive: true, force: true });
});

test('the server logs one warning for each deprecated name of a setting', async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'changeroom-settings-'));
  const server = await startServer({ LOG_LEVEL: '', LOG: 'warn', REDIS_KEY: 'seed', DATA_DIR: directory });
  const warnings = server.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line).msg);
  expect(warnings).toEqual(['the setting LOG is deprecated: use LOG_LEVEL instead']);
});
