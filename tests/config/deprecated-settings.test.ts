import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { skipWithout } from '../support/programs.js';
import { startRedis } from '../support/redis-server.js';
import { endAllServers, startServer } from '../support/server-process.js';

let directory: string | undefined;
afterEach(async () => {
  await endAllServers();
  if (directory) await rm(directory, { recursive: true, force: true });
});

async function loggedMessages(env: Record<string, string>): Promise<string[]> {
  directory = await mkdtemp(path.join(tmpdir(), 'changeroom-settings-'));
  const server = await startServer({ LOG_LEVEL: 'warn', DATA_DIR: directory, ...env });
  const lines = server.output.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line).msg);
}

test('the server logs one warning for each deprecated setting and each setting without effect', async () => {
  expect(
    await loggedMessages({ LOG_LEVEL: '', LOG: 'warn', REDIS_KEY: 'seed', AMQP_URI: 'amqp://a' }),
  ).toEqual([
    'the setting LOG is deprecated: use LOG_LEVEL instead',
    'REDIS_KEY has no effect without REDIS_URL',
    'AMQP_URI is not a setting: use AMQP_URL instead',
  ]);
});

describe('several processes', skipWithout('redis-server'), () => {
  test('several processes log each warning once', async () => {
    const redis = await startRedis();
    try {
      const port = String(redis.port);
      expect(await loggedMessages({ INSTANCES: '2', REDIS_SERVER: '127.0.0.1', REDIS_PORT: port })).toEqual([
        `the settings REDIS_SERVER and REDIS_PORT are deprecated: use REDIS_URL=redis://127.0.0.1:${port} instead`,
      ]);
      await endAllServers();
    } finally {
      await redis.stop();
    }
  });
});
