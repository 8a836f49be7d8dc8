import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { childEnvironment } from '../support/child-environment.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';
import { Pm2 } from './pm2.js';

const FILE = 'ecosystem.config.cjs';

describe('ecosystem.config.cjs with pm2', () => {
  let pm2: Pm2;
  beforeEach(async () => {
    pm2 = await Pm2.open();
  });
  afterEach(async () => {
    await pm2.remove();
  });
  const settings = (env: Record<string, string>) => ({
    EMBEDDED_PORT: '0',
    DATA_DIR: path.join(pm2.directory, 'data'),
    ...env,
  });

  test('PORT of the shell in which pm2 is started is the port of the server, also after a restart', async () => {
    const [first, second] = [String(await freePort()), String(await freePort())];
    await pm2.run(['start', FILE], settings({ PORT: first }));
    await pm2.says(`Changeroom is at http://127.0.0.1:${first},`);
    await pm2.run(['restart', FILE], settings({ PORT: second }));
    const output = await pm2.says(`Changeroom is at http://127.0.0.1:${second},`);
    expect(output).not.toContain('shutdown did not finish');
  }, 120_000);

  test('a server with an invalid setting is not restarted', async () => {
    await pm2.run(['start', FILE], settings({ PORT: 'x' }));
    await pm2.says('PORT must be a whole number');
    // pm2 clears the id of a process that it will not restart.
    const isEnded = async () => (await pm2.processes()).some(({ pid }) => pid === 0);
    await until('pm2 has given the server up', isEnded);
    expect((await pm2.processes()).map(({ pm2_env }) => pm2_env.restart_time)).toEqual([0]);
  }, 120_000);
});

describe('the variables of ecosystem.config.cjs', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'changeroom-ecosystem-'));
    await copyFile(FILE, path.join(directory, FILE));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  /** The variables of the server, except PATH. */
  function variables(env: Record<string, string>): Record<string, string> {
    const script = `console.log(JSON.stringify(require(${JSON.stringify(path.join(directory, FILE))}).apps[0].env))`;
    const options = { env: childEnvironment({ ENV_FILE: undefined, ...env }), encoding: 'utf8' as const };
    const { PATH: _path, ...others } = JSON.parse(execFileSync(process.execPath, ['-e', script], options));
    return others;
  }

  test('without settings, the server listens on the loopback address, in production', () => {
    expect(variables({})).toEqual({ NODE_ENV: 'production', HOST: '127.0.0.1' });
  });

  test('settings of the shell have precedence', () => {
    const env = { NODE_ENV: 'development', HOST: '::1', PORT: '5307' };
    expect(variables(env)).toEqual(env);
    expect(variables({ INTERFACE: '::1' })).toEqual({ NODE_ENV: 'production', INTERFACE: '::1' });
  });

  test('settings of .env have precedence', async () => {
    await writeFile(path.join(directory, '.env'), 'NODE_ENV=development\nHOST=0.0.0.0\nPORT=5307\n');
    expect(variables({})).toEqual({});
  });
});
