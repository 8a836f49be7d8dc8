import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

/** A server whose umask takes no rights away, as some containers have it. */
async function start(): Promise<{ output: () => string }> {
  const quiet = { PORT: '0', EMBEDDED_PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'warn', DATA_DIR };
  child = spawn('sh', ['-c', `umask 000; exec "${process.execPath}" dist/server/main.js`], {
    env: { PATH: process.env.PATH, ...quiet },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout!.on('data', (chunk) => {
    output += chunk;
  });
  await until('the server is there', () => output.includes('Changeroom is at'), 30_000);
  return { output: () => output };
}

async function end(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Rights as `ls` would number them, by name; the folder itself is `.`. */
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
  'session-secret': '600',
};

describe('the data folder', () => {
  test('and its files can be used by their owner only, whatever the umask', async () => {
    await start();
    expect(await modes()).toEqual(PRIVATE);
  });

  test('of an older version is tightened, and the log says so once', async () => {
    await start();
    await end();
    await chmod(DATA_DIR, 0o755);
    for (const name of ['data.mdb', 'lock.mdb', 'session-secret'])
      await chmod(path.join(DATA_DIR, name), 0o644);
    const again = await start();
    expect(await modes()).toEqual(PRIVATE);
    const withdrawn = /access of other users to the data directory and its files revoked/g;
    expect(again.output().match(withdrawn)).toHaveLength(1);
    await end();
    const third = await start();
    expect(third.output()).not.toMatch(withdrawn);
  });

  test('keeps its rights when it is shared, or holds files of others only', async () => {
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
