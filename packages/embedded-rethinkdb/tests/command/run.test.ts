import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand, startCommand } from '../support/command.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'embedded-run-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const driver = import.meta.resolve('rethinkdb');

/** A program that connects to RETHINKDB_URL, then runs `code` with `r` and `connection`. */
async function program(name: string, code: string): Promise<string> {
  const file = path.join(folder, `${name}.mjs`);
  await writeFile(
    file,
    `import r from '${driver}';
    const { hostname, port, password } = new URL(process.env.RETHINKDB_URL);
    const connection = await r.connect({ host: hostname, port, password: decodeURIComponent(password) });
    ${code}`,
  );
  return file;
}

describe('embedded-rethinkdb --run', () => {
  test('embedded-rethinkdb --run sets RETHINKDB_URL for the command and ends with its exit code', async () => {
    const file = await program(
      'exit',
      `console.log(await r.expr(1).add(1).run(connection), process.argv[2]); process.exit(7);`,
    );
    const args = ['--memory', '--password', 'a/secret', '--run', 'node', file, '--port'];
    const { code, output } = await runCommand(args);
    expect(output).toContain('2 --port');
    expect(code).toBe(7);
  });

  test('embedded-rethinkdb --run passes SIGTERM on to the command, and stops the database after it has ended', async () => {
    const file = await program(
      'signal',
      `process.on('SIGTERM', async () => {
        console.log('stopping with', await r.expr('data').run(connection));
        process.exit(3);
      });
      console.log('ready');
      setInterval(() => {}, 1000);`,
    );
    const command = startCommand(['--memory', '--run', 'node', file]);
    await command.prints(/ready/);
    const { code, output } = await command.end('SIGTERM');
    expect(output).toContain('stopping with data');
    expect(code).toBe(3);
  });

  test('embedded-rethinkdb --run ends with 128 and the number of the signal that ended the command', async () => {
    const file = await program('killed', `process.kill(process.pid, 'SIGKILL');`);
    expect(await runCommand(['--memory', '--run', 'node', file])).toMatchObject({ code: 128 + 9 });
  });

  test('embedded-rethinkdb --run ends with 127 if the command does not exist', async () => {
    const { code, output } = await runCommand(['--memory', '--run', 'no-such-command']);
    expect(output).toContain('no-such-command');
    expect(code).toBe(127);
  });

  test('embedded-rethinkdb --run keeps the data of a directory', async () => {
    const directory = path.join(folder, 'kept');
    const write = await program(
      'write',
      `await r.dbCreate('kept').run(connection); await connection.close();`,
    );
    const read = await program(
      'read',
      `console.log(await r.dbList().run(connection)); await connection.close();`,
    );
    expect(await runCommand(['--directory', directory, '--run', 'node', write])).toMatchObject({ code: 0 });
    const { output } = await runCommand(['--directory', directory, '--run', 'node', read]);
    expect(output).toContain('kept');
  });

  test('embedded-rethinkdb --run leaves no file of a database in memory, even after kill -9', async () => {
    const leftovers = () =>
      [tmpdir(), '/dev/shm']
        .filter((parent) => existsSync(parent))
        .flatMap((parent) => readdirSync(parent).filter((name) => name.startsWith('embedded-rethinkdb-')));
    const before = leftovers();
    const file = await program(
      'memory',
      `connection.on('close', () => process.exit()); console.log('ready');`,
    );
    const command = startCommand(['--memory', '--run', 'node', file]);
    await command.prints(/ready/);
    expect(leftovers().filter((name) => !before.includes(name))).toEqual([]);
    await command.end('SIGKILL');
    expect(leftovers().filter((name) => !before.includes(name))).toEqual([]);
  });
});
