import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded } from 'embedded-rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endAllServers, failToStart, startServer } from '../support/server-process.js';

const PAGE = 4096;
const COMMAND = 'dist/scripts/database.js';

let folder: string;
let original: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'changeroom-check-'));
  original = path.join(folder, 'original');
  const database = await startEmbedded({ directory: original });
  await database.stop();
});
afterAll(async () => {
  await endAllServers();
  await rm(folder, { recursive: true, force: true });
});

function copyOf(name: string): string {
  const directory = path.join(folder, name);
  cpSync(original, directory, { recursive: true });
  return directory;
}

function checkOf(directory: string): Promise<{ code: number | string; output: string }> {
  return new Promise((resolve) => {
    const args = [COMMAND, '--check', '--directory', directory];
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? ''), output: stdout + stderr });
    });
  });
}

test('npm run database -- --check refuses a directory that a running server uses', async () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  expect(scripts.database).toContain(COMMAND);
  const DATA_DIR = path.join(folder, 'used');
  const server = await startServer({ DATA_DIR });
  const { code, output } = await checkOf(DATA_DIR);
  expect(output).toContain('is in use by another process');
  expect(code).toBe(2);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  await server.end('SIGTERM');
  expect(await checkOf(DATA_DIR)).toMatchObject({ code: 0 });
});

describe('a server whose data file is damaged', () => {
  test.each<[string, (file: string) => void]>([
    ['empty', (file) => writeFileSync(file, '')],
    ['zeroed', (file) => writeFileSync(file, readFileSync(file).fill(0))],
    ['cut', (file) => writeFileSync(file, readFileSync(file).subarray(0, 3 * PAGE + 100))],
    ['overwritten', (file) => writeFileSync(file, readFileSync(file).fill('garbage ', 2 * PAGE))],
  ])(
    'a server whose data file is %s ends with 1, explains what to do, and does not change the folder',
    async (name, damage) => {
      const directory = copyOf(`start-${name}`);
      const file = path.join(directory, 'data.mdb');
      damage(file);
      const before = readFileSync(file);
      const { code, output } = await failToStart({ DATA_DIR: directory });
      expect(code).toBe(1);
      expect(output).toMatch(/is damaged and was not opened: data\.mdb: /);
      expect(output).toContain('npm run database -- --check');
      expect(output).toMatch(/restore a backup/i);
      expect(output).toMatch(/start an empty chat/i);
      expect(readFileSync(file).equals(before)).toBe(true);
      expect(await readdir(directory)).toContain('initialised');
    },
  );
});
