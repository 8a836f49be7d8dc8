import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand, startCommand } from '../support/command.js';
import { connectRefused, r } from '../support/driver.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'embedded-command-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const LISTENS = /listens at rethinkdb:\/\/127\.0\.0\.1:(\d+)/;

describe('the command embedded-rethinkdb', () => {
  test('the command embedded-rethinkdb serves a directory until SIGTERM, ends with 0, and serves the same data when it starts again', async () => {
    const directory = path.join(folder, 'served');
    const args = ['--directory', directory, '--port', '0', '--password', 'a secret'];
    const first = startCommand(args);
    const port = Number(await first.prints(LISTENS));
    await expect(connectRefused({ port })).rejects.toThrow('Wrong password');
    const connection = await r.connect({ port, password: 'a secret' });
    await r.tableCreate('t').run(connection);
    await r.table('t').insert({ id: 1 }).run(connection);
    await connection.close();
    const { code, output } = await first.end('SIGTERM');
    expect(code).toBe(0);
    expect(output).not.toContain('a secret');

    const second = startCommand(args);
    const again = await r.connect({ port: Number(await second.prints(LISTENS)), password: 'a secret' });
    expect(await r.table('t').get(1).run(again)).toEqual({ id: 1 });
    await again.close();
    expect((await second.end('SIGINT')).code).toBe(0);
  });

  test('the command embedded-rethinkdb reads the password from a file and the directory from DATA_DIR', async () => {
    const file = path.join(folder, 'password');
    await writeFile(file, 'from a file\n');
    const DATA_DIR = path.join(folder, 'by-environment');
    const command = startCommand(['--port', '0', '--password-file', file], { DATA_DIR });
    const port = Number(await command.prints(LISTENS));
    const connection = await r.connect({ port, password: 'from a file' });
    await connection.close();
    expect(existsSync(path.join(DATA_DIR, 'data.mdb'))).toBe(true);
  });

  test('the command embedded-rethinkdb ends with 1 and names the port if the port is taken', async () => {
    const first = startCommand(['--memory', '--port', '0']);
    const port = await first.prints(LISTENS);
    const { code, output } = await runCommand(['--memory', '--port', port]);
    expect([code, output]).toEqual([1, `Port ${port} on 127.0.0.1 is taken by another process.\n`]);
  });

  test.each([
    [['--port', 'many'], '--port must be a number'],
    [['--port', '65536'], 'port must be a number from 0 to 65535'],
    [['--memory', '--directory', 'd'], '--memory has no directory'],
    [['--check', '--dump', 'f'], '--check and --dump cannot be combined'],
    [['--run'], '--run needs a command'],
    [['--password', 'p', '--password-file', 'f'], '--password and --password-file cannot be combined'],
    [['--socket', `/tmp/${'x'.repeat(120)}`], 'socketPath must be a path of at most 103 bytes'],
    [['--mystery'], "Unknown option '--mystery'"],
  ])('the command embedded-rethinkdb ends with 2 and says what is wrong for %j', async (args, message) => {
    const { code, output } = await runCommand(args);
    expect(output).toContain(message);
    expect(code).toBe(2);
  });

  test('the command embedded-rethinkdb prints its usage and its version', async () => {
    expect(await runCommand(['--help'])).toMatchObject({
      code: 0,
      output: expect.stringContaining('--run COMMAND'),
    });
    expect(await runCommand(['--version'])).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});
