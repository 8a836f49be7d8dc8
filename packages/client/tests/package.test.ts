import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = path.resolve('.');
const PACKAGE = 'packages/client';
let folder: string;

/** Unpacks the tarball as an application's dependency; its own dependencies are those of this repository. */
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'changeroom-client-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: PACKAGE });
  const modules = path.join(folder, 'node_modules');
  mkdirSync(path.join(modules, 'changeroom-client'), { recursive: true });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const target = path.join(modules, 'changeroom-client');
  execFileSync('tar', ['-xzf', path.join(folder, tarball), '-C', target, '--strip-components=1']);
  for (const name of ['engine.io-client', 'uuid', '@types'])
    symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): string {
  writeFileSync(path.join(folder, file), text);
  return file;
}

/** @returns the output of the type checker, empty without errors */
function check(file: string): string {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  try {
    return execFileSync(process.execPath, [tsc, ...options, '--ignoreConfig', file], {
      cwd: folder,
      encoding: 'utf8',
    });
  } catch (error) {
    return String((error as { stdout: string }).stdout);
  }
}

const USE = `import { ChatClient, type Message, RequestError } from 'changeroom-client';
const client = new ChatClient({ url: 'http://localhost', token: async () => 'x' });
const room = client.join('lobby');
const bodies: string[] = room.messages.map(({ body }: Message) => body);
client.subscribe((event) => {
  if (event.type === 'frame' && event.frame.type === 'error') console.log(event.frame.code === 'not-a-member');
});
`;

test('the packed package is typed, and refuses wrong types', () => {
  expect(check(write('right.mts', USE))).toBe('');
  expect(check(write('wrong.mts', `${USE}room.post(1);\nclient.send({ type: 'joinRoom' });\n`))).toMatch(
    /wrong\.mts\(8,11\).*wrong\.mts\(9,/s,
  );
});

test('the packed package runs in Node from an empty folder', () => {
  const script = write(
    'run.mjs',
    `${USE.replace('type Message, ', '').replace(/: (string\[\]|Message)/g, '')}
console.log(client.connection.name, room.status, typeof RequestError);`,
  );
  const output = execFileSync(process.execPath, [script], { cwd: folder, encoding: 'utf8' });
  expect(output).toBe('closed disconnected function\n');
});

test('the packed package contains its documents, examples and types, and no sources', () => {
  const files = readdirSync(path.join(folder, 'node_modules/changeroom-client'), {
    recursive: true,
    encoding: 'utf8',
  });
  for (const file of ['README.md', 'CHANGELOG.md', 'dist/index.d.ts', 'dist/browser/changeroom-client.js'])
    expect(files).toContain(file);
  expect(files.filter((file) => /^(src|tests)/.test(file))).toEqual([]);
  const types = readFileSync(path.join(folder, 'node_modules/changeroom-client/dist/frames.d.ts'), 'utf8');
  expect(types).toContain('/** Joins a room.');
});
