import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../server/config/config.js';
import { ConfigError } from '../../server/config/config-error.js';
import { loadEnvFile } from '../../server/config/env-file.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'changeroom-env-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function write(text: string): string {
  const file = path.join(directory, '.env');
  writeFileSync(file, text);
  return file;
}

/** The environment after a file was added to it. */
function added(text: string, env: Record<string, string> = {}): Record<string, string | undefined> {
  const complete: Record<string, string | undefined> = { ENV_FILE: write(text), ...env };
  loadEnvFile(complete);
  const { ENV_FILE: _file, ...others } = complete;
  return others;
}

function faultsOf(text: string): string[] {
  try {
    added(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((fault) => fault.replace(directory, ''));
    throw error;
  }
}

describe('loadEnvFile', () => {
  test('the file may contain comments, quotes, several lines, export and Windows line ends', () => {
    const lines = ['\uFEFFPORT=5001', '# HOST=a', 'export HOST="::1" # local', '', "DATA_DIR='./my data'"];
    const key = 'SSH_KEY="-----BEGIN KEY-----\r\nabc=\r\n-----END KEY-----"';
    expect(added([...lines, key, 'AUTH='].join('\r\n'))).toEqual({
      PORT: '5001',
      HOST: '::1',
      DATA_DIR: './my data',
      SSH_KEY: expect.stringMatching(/^-----BEGIN KEY-----\r?\nabc=\r?\n-----END KEY-----$/),
      AUTH: '',
    });
  });

  test('the environment has precedence, also with an empty variable', () => {
    expect(added('PORT=5001\nHOST=::1', { PORT: '6000', HOST: '' })).toEqual({ PORT: '6000', HOST: '' });
  });

  test.each<[string, Record<string, string>]>([
    ['LOG=debug', { LOG_LEVEL: 'warn' }],
    ['LOG_LEVEL=debug', { LOG: 'warn' }],
    ['AMQP_BOT_QUEUE_BOT=a', { AMQP_BOT_QUEUE: 'b' }],
    ['REDIS_SERVER=a\nREDIS_PORT=1', { REDIS_URL: 'redis://b' }],
    ['REDIS_URL=redis://a', { REDIS_SERVER: 'b' }],
  ])('the environment has precedence over %j under another name of the setting', (text, env) => {
    expect(added(text, env)).toEqual(env);
  });

  test('parts of a URL in the environment complete those of the file', () => {
    const all = added('AMQP_SERVER=broker\nAMQP_USERNAME=me', { AMQP_PASSWORD: 'pw' });
    expect(all).toEqual({ AMQP_SERVER: 'broker', AMQP_USERNAME: 'me', AMQP_PASSWORD: 'pw' });
    const kubernetes = { REDIS_PORT: 'tcp://10.0.0.1:6379' };
    expect(added('REDIS_URL=redis://a', kubernetes)).toEqual({ ...kubernetes, REDIS_URL: 'redis://a' });
  });

  test.each([
    ['PORT=1\nhunter2\nHOST=a', 2],
    ['PORT=1\nhunter2 5000', 2],
    ['KEY="a\nb=\nc"\n\n# comment\nhunter2', 6],
    ['hunter2: 5000', 1],
    ['hunter 2=5000', 1],
  ])('%j is rejected with the file and line %i, without text of the file', (text, line) => {
    expect(faultsOf(text)).toEqual([
      `/.env, line ${line}: expected NAME=value; put quotes around a value of several lines`,
    ]);
  });

  test('a key of several lines without quotes is rejected', () => {
    const faults = faultsOf('SSH_KEY=-----BEGIN PRIVATE KEY-----\nhunter2/\n-----END PRIVATE KEY-----');
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['/.env, line 2', '/.env, line 3']);
    expect(faults.join()).not.toContain('hunter2');
  });

  test('quotes that are not closed are rejected', () => {
    expect(faultsOf('A=1\nSSH_KEY="hunter2\nB=\'')).toEqual([
      '/.env, line 2: the quotes around the value of SSH_KEY are not closed',
    ]);
  });

  test('a file without variables is not reported as read', () => {
    expect(loadEnvFile({ ENV_FILE: write('# PORT=1\n') })).toBeNull();
    expect(loadEnvFile({ ENV_FILE: '/dev/null' })).toBeNull();
    expect(loadEnvFile({ ENV_FILE: write('PORT=1') })).toBe(path.join(directory, '.env'));
  });

  test('a file that ENV_FILE names must exist and be readable', () => {
    const missing = path.join(directory, 'missing');
    expect(() => loadEnvFile({ ENV_FILE: missing })).toThrow(
      `${missing} cannot be read: no such file or directory`,
    );
    expect(() => loadEnvFile({ ENV_FILE: directory })).toThrow(
      'cannot be read: illegal operation on a directory',
    );
  });

  test('loadConfig reads the configuration from the environment and the file', () => {
    const env = { ENV_FILE: write('PORT=5001\nINTERFACE=::1\nLOG=warn'), PORT: '6000' };
    const { config, envFile } = loadConfig(env);
    expect(config).toMatchObject({ port: 6000, host: '::1', log: 'warn' });
    expect(envFile).toBe(env.ENV_FILE);
  });
});
