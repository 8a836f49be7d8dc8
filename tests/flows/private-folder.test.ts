import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { childEnvironment } from '../support/child-environment.js';
import { until } from '../support/until.js';

let folder: string;
let DATA_DIR: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'changeroom-private-'));
  DATA_DIR = path.join(folder, 'data');
});
afterEach(async () => {
  await end();
  await rm(folder, { recursive: true, force: true });
});

/** A server with umask 0, as in some containers. */
async function start(): Promise<{ output: () => string }> {
  const quiet = { PORT: '0', EMBEDDED_PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'warn', DATA_DIR };
  child = spawn('sh', ['-c', `umask 000; exec "${process.execPath}" dist/server/main.js`], {
    env: childEnvironment({ ...quiet }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout!.on('data', (chunk) => {
    output += chunk;
  });
  await until('the server is there', () => output.includes('Changeroom is at'));
  // A thread of its own creates the folder of the search index.
  await until('the folder of the search index', () => existsSync(path.join(DATA_DIR, 'search')));
  return { output: () => output };
}

async function end(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Octal permissions by name; the folder itself is `.`. */
async function modes(): Promise<Record<string, string>> {
  const names = ['.', ...(await readdir(DATA_DIR))];
  const entries = names.map(async (name) => {
    const { mode } = await stat(path.join(DATA_DIR, name));
    return [name, (mode & 0o7777).toString(8)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const PRIVATE = {
  '.': '700',
  'data.mdb': '600',
  'lock.mdb': '600',
  initialised: '600',
  search: '700',
  'session-secret': '600',
  'vapid-keys': '600',
};

describe('the data folder', () => {
  test('the data folder and its files are accessible by their owner only, whatever the umask', async () => {
    await start();
    expect(await modes()).toEqual(PRIVATE);
  });

  test('the permissions of an older data folder are tightened and logged once', async () => {
    await start();
    await end();
    await chmod(DATA_DIR, 0o755);
    for (const name of ['data.mdb', 'lock.mdb', 'session-secret', 'vapid-keys'])
      await chmod(path.join(DATA_DIR, name), 0o644);
    const again = await start();
    expect(await modes()).toEqual(PRIVATE);
    const withdrawn = /access of other users to the data directory and its files revoked/g;
    expect(again.output().match(withdrawn)).toHaveLength(1);
    await end();
    const third = await start();
    expect(third.output()).not.toMatch(withdrawn);
  });

  test('a data folder that is shared or holds only files of others keeps its permissions', async () => {
    await mkdir(DATA_DIR);
    await chmod(DATA_DIR, 0o1777);
    await start();
    expect(await modes()).toEqual({ ...PRIVATE, '.': '1777' });
    await end();
    await rm(DATA_DIR, { recursive: true });
    await mkdir(DATA_DIR);
    await writeFile(path.join(DATA_DIR, 'other'), '');
    await chmod(path.join(DATA_DIR, 'other'), 0o644);
    await chmod(DATA_DIR, 0o755);
    await start();
    expect(await modes()).toEqual({ ...PRIVATE, other: '644', '.': '755' });
  });
});
