import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { childEnvironment } from '../support/child-environment.js';
import { openDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { skipWithout } from '../support/programs.js';
import { Deployment } from './deployment.js';
import { startSshServer } from './ssh-server.js';

/** The programs that read the configuration, with arguments with which each of them would start. */
const PROGRAMS = [
  ['dist/server/main.js'],
  ['dist/index.js'],
  ['dist/scripts/create-schema.js'],
  ['dist/scripts/seed.js'],
  ['dist/scripts/reset.js', '--yes'],
  ['dist/scripts/message.js', 'insert', 'lobby', 'hi'],
  ['dist/scripts/move/export.js', 'chat.ndjson'],
  ['dist/scripts/bots/start.js', 'roll'],
];

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'changeroom-env-'));
});
afterEach(async () => {
  await Deployment.removeAll();
  await rm(directory, { recursive: true, force: true });
});

const file = () => path.join(directory, '.env');
const writeFileOf = (settings: Record<string, string | number>) =>
  writeFile(
    file(),
    Object.entries(settings)
      .map(([name, value]) => `${name}="${value}"\n`)
      .join(''),
  );

/** Runs a program of the build in the directory of the `.env`. */
function run([program = '', ...args]: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const options = { cwd: directory, env: childEnvironment({ ENV_FILE: undefined, ...env }) };
    execFile(process.execPath, [path.resolve(program), ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

describe('.env', () => {
  test.each(PROGRAMS)('%s reads .env in its working directory', async (...command) => {
    await writeFileOf({ RETHINKDB_URL: 'http://me:hunter2@db' });
    const { code, output } = await run(command);
    expect([code, output]).toEqual([2, expect.stringContaining('RETHINKDB_URL must be a URL that begins')]);
    expect(output).not.toContain('hunter2');
  });

  test.each(PROGRAMS)('%s exits with code 2 when .env cannot be read', async (...command) => {
    await mkdir(file());
    const { code, output } = await run(command);
    expect([code, output]).toEqual([
      2,
      expect.stringContaining('.env cannot be read: illegal operation on a directory'),
    ]);
  });

  test('npm run database reads DATA_DIR from .env', async () => {
    await writeFileOf({ DATA_DIR: 'stored here' });
    const { code, output } = await run(['dist/scripts/database.js', '--check']);
    expect([code, output]).toEqual([2, expect.stringContaining(path.join(directory, 'stored here'))]);
  });

  test('a server with .env logs the name of the file, and no values', async () => {
    const port = await freePort();
    await writeFileOf({
      PORT: port,
      EMBEDDED_PASSWORD: 'hunter2',
      INTERFACE: '127.0.0.1',
      NODE_ENV: 'production',
    });
    const program = path.resolve('dist/server/main.js');
    const command = [
      'bash',
      '-c',
      'cd "$0" && unset PORT HOST ENV_FILE && exec "$@"',
      directory,
      'node',
      program,
    ];
    const server = await Deployment.start({}, command);
    await server.says(`Changeroom is at http://127.0.0.1:${port}`, 25_000);
    const { output } = await server.end('SIGTERM');
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: 30, msg: 'settings read from a file', file: file() }),
    );
    expect(output).not.toContain('hunter2');
  });

  test('a runner of Procfiles starts the server with the settings of its .env', async () => {
    const port = await freePort();
    await writeFileOf({ PORT: port, SSH_USER: 'unused', LOG_LEVEL: 'warn' });
    const runner = ['node', 'node_modules/foreman/nf.js', '--procfile', 'Procfile', '--env', file()];
    const server = await Deployment.start({ LOG_LEVEL: '' }, [...runner, 'start', 'web']);
    await server.says(`Changeroom is at http://127.0.0.1:${port}`, 25_000);
    await server.end('SIGINT', 'all');
  });
});

describe('tunnel-and-serve.sh with .env', () => {
  test('tunnel-and-serve.sh exits with code 2 when the file of ENV_FILE cannot be read', async () => {
    const { code, output } = await (await Deployment.start({ ENV_FILE: '/no/such/file' })).ended;
    expect([code, output]).toEqual([2, expect.stringContaining('/no/such/file cannot be read')]);
  });

  test('the settings of the file are data for the shell, and no commands', async () => {
    const value = `it's $(touch ${directory}/executed) \`touch ${directory}/executed\``;
    await writeFile(
      file(),
      `SSH_HOST="${value.replaceAll('`', '')}"\nSSH_KEY='x'\nPATH=/nowhere\nBASH_ENV=${file()}\n`,
    );
    const { code, output } = await (await Deployment.start({ ENV_FILE: file() })).ended;
    expect([code, output]).toEqual([2, expect.stringContaining('SSH_HOST must be a host name')]);
    await expect(rm(path.join(directory, 'executed'))).rejects.toThrow('ENOENT');
  });

  test('the environment has precedence over the file for each setting of the tunnel', async () => {
    await writeFileOf({ SSH_HOST: '-faulty', SSH_PORT: '70000', SSH_KEY: 'x' });
    const { output } = await (await Deployment.start({ ENV_FILE: file(), COMPOSE_SSH_HOST: 'ssh.example' }))
      .ended;
    expect(output).toContain('SSH_PORT must be');
    expect(output).not.toContain('SSH_HOST must be');
  });

  test(
    'a tunnel is opened with the settings of the file, and a key of several lines',
    skipWithout('sshd'),
    async () => {
      const [ssh, database] = await Promise.all([startSshServer(), openDatabase()]);
      try {
        const { user, password, db } = database.address;
        const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
        const there = `${database.host}:${database.port}`;
        await writeFileOf({ ...ssh.env, RETHINKDB_URL: `rethinkdb://${login}@${there}/${db}` });
        const server = await Deployment.start({ ENV_FILE: file() });
        await server.isReady();
        expect(server.output).toContain(`leads to ${there}`);
        expect(server.output).not.toContain('SSH_HOST has no effect');
        await Deployment.removeAll();
      } finally {
        await Promise.all([ssh.stop(), database.stop()]);
      }
    },
  );
});
