import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSessionSecret } from '../../server/auth/session-secret.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'changeroom-secret-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the session secret', () => {
  it('is the one that is set, and nothing is written', async () => {
    expect(await loadSessionSecret({ sessionSecret: 'as set', dataDir: folder })).toBe('as set');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is otherwise random, and the same after a restart', async () => {
    const dataDir = join(folder, 'made', 'when', 'missing');
    const first = await loadSessionSecret({ dataDir });
    expect(first.length).toBeGreaterThanOrEqual(32);
    expect(await loadSessionSecret({ dataDir })).toBe(first);
  });

  it('differs from one installation to the next', async () => {
    const one = await loadSessionSecret({ dataDir: join(folder, 'one') });
    expect(await loadSessionSecret({ dataDir: join(folder, 'two') })).not.toBe(one);
  });

  it('can be read by nobody else on the machine', async () => {
    await loadSessionSecret({ dataDir: folder });
    expect((await stat(join(folder, 'session-secret'))).mode & 0o777).toBe(0o600);
  });

  it('is one secret for all who start at the same moment', async () => {
    const secrets = await Promise.all(
      Array.from({ length: 20 }, () => loadSessionSecret({ dataDir: folder })),
    );
    expect(new Set(secrets).size).toBe(1);
    expect(await readFile(join(folder, 'session-secret'), 'utf8')).toBe(`${secrets[0]}\n`);
    expect(await readdir(folder)).toEqual(['session-secret']);
  });

  it('is refused when its file was cut off, with a way out', async () => {
    await writeFile(join(folder, 'session-secret'), 'short');
    await expect(loadSessionSecret({ dataDir: folder })).rejects.toThrow(/delete it.*SESSION_SECRET/);
  });
});
