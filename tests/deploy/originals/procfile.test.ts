import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type TestDatabase } from '../../support/database.js';
import { skipWithout } from '../../support/programs.js';
import { Deployment } from '../deployment.js';
import { type SshServer, startSshServer } from '../ssh-server.js';

const RUNNER = ['node', path.resolve('node_modules/foreman/nf.js'), '--env', '/dev/null', '--procfile'];
const ORIGINAL = 'tests/deploy/originals/chatroom-of-requirement-procfile.txt';

/** Writes a message, and returns the status of the response. */
async function write({ url }: Deployment): Promise<number> {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ body: 'from a dyno' });
  return (await fetch(`${url}/api/rooms/lobby/messages`, { method: 'POST', headers, body })).status;
}

describe('the Procfile and the tunnel of the chatroom of requirement', skipWithout('sshd'), () => {
  let ssh: SshServer;
  let database: TestDatabase;
  beforeAll(async () => {
    [ssh, database] = await Promise.all([startSshServer(), openDatabase()]);
  });
  afterEach(async () => {
    await Deployment.removeAll();
  });
  afterAll(async () => {
    await database?.stop();
    await ssh?.stop();
  });

  /** Two addresses of one database, as its cluster had. */
  const addresses = () => [`127.0.0.1:${database.port}`, `localhost:${database.port}`] as const;

  test.each([
    ['web.1', 0],
    ['2', 1],
    ['web.3', 0],
  ])(
    'the Procfile opens the tunnel of dyno %s with a key between line breaks, and serves the chat',
    async (DYNO, index) => {
      const { SSH_HOST, SSH_PORT, SSH_USER, SSH_KEY, SSH_KNOWN_HOSTS } = ssh.env;
      const { user, password, db } = database.address;
      const server = await Deployment.start(
        {
          DYNO,
          // heroku config:set "COMPOSE_IO_SSH_KEY=⏎…⏎"
          COMPOSE_IO_SSH_KEY: `\n${SSH_KEY.trim()}\n`,
          COMPOSE_SSH_HOST: SSH_HOST,
          COMPOSE_SSH_PORT: SSH_PORT,
          COMPOSE_SSH_USER: SSH_USER,
          COMPOSE_SSH_KNOWN_HOSTS: SSH_KNOWN_HOSTS,
          COMPOSE_RETHINKDB_INTERNAL_IPS: addresses().join(','),
          RETHINKDB_URL: `rethinkdb://${user}:${encodeURIComponent(password)}@portal.1.dblayer.com/${db}`,
        },
        [...RUNNER, ORIGINAL, 'start', 'web'],
      );
      await server.says(`leads to ${addresses()[index]}`);
      await server.isReady();
      expect(await write(server)).toBe(201);
      const { output } = await server.end('SIGTERM', 'all');
      expect(output).not.toMatch(/tunnel: lost|shutdown did not finish/);
    },
  );
});

describe('a Procfile in a repository with several services', () => {
  let repository: string;
  beforeAll(async () => {
    repository = await mkdtemp(path.join(tmpdir(), 'changeroom-monorepo-'));
    await mkdir(path.join(repository, 'services'));
    await symlink(process.cwd(), path.join(repository, 'services/realtime'));
    await writeFile(path.join(repository, 'PROCFILE'), 'web: bash services/realtime/tunnel-and-serve.sh\n');
    // As the buildpack multi-procfile does with PROCFILE.
    await copyFile(path.join(repository, 'PROCFILE'), path.join(repository, 'Procfile'));
  });
  afterEach(async () => {
    await Deployment.removeAll();
  });
  afterAll(() => rm(repository, { recursive: true, force: true }));

  test('a Procfile at the root of a repository starts the server of a service in a folder', async () => {
    const runner = RUNNER.map((arg) => `'${arg}'`).join(' ');
    const server = await Deployment.start({}, [
      'bash',
      '-c',
      `cd '${repository}' && exec ${runner} Procfile start web`,
    ]);
    await server.isReady();
    expect(await write(server)).toBe(201);
    expect((await server.end('SIGTERM', 'all')).output).not.toContain('shutdown did not finish');
  });
});
