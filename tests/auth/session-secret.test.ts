import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSessionSecret } from '../../server/auth/session-secret.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'changeroom-secret-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('loadSessionSecret', () => {
  test('a configured session secret is used and not stored', async () => {
    expect(await loadSessionSecret({ sessionSecret: 'as set', dataDir: folder })).toBe('as set');
    expect(await readdir(folder)).toEqual([]);
  });

  test('a generated session secret is the same after a restart', async () => {
    const dataDir = join(folder, 'made', 'when', 'missing');
    const first = await loadSessionSecret({ dataDir });
    expect(first.length).toBeGreaterThanOrEqual(32);
    expect(await loadSessionSecret({ dataDir })).toBe(first);
  });

  test('generated session secrets differ between installations', async () => {
    const one = await loadSessionSecret({ dataDir: join(folder, 'one') });
    expect(await loadSessionSecret({ dataDir: join(folder, 'two') })).not.toBe(one);
  });

  test('only the owner can read the file of the session secret', async () => {
    await loadSessionSecret({ dataDir: folder });
    expect((await stat(join(folder, 'session-secret'))).mode & 0o777).toBe(0o600);
  });

  test('processes that start concurrently use the same session secret', async () => {
    const secrets = await Promise.all(
      Array.from({ length: 20 }, () => loadSessionSecret({ dataDir: folder })),
    );
    expect(new Set(secrets).size).toBe(1);
    expect(await readFile(join(folder, 'session-secret'), 'utf8')).toBe(`${secrets[0]}\n`);
    expect(await readdir(folder)).toEqual(['session-secret']);
  });

  test('an incomplete file of the session secret is rejected with a hint', async () => {
    await writeFile(join(folder, 'session-secret'), 'short');
    await expect(loadSessionSecret({ dataDir: folder })).rejects.toThrow(/delete it.*SESSION_SECRET/);
  });
});
