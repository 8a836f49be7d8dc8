import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import { skipWithout } from '../support/programs.js';
import { ReturningClient } from '../support/returning-client.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { Deployment } from './deployment.js';
import { processes } from './processes.js';
import { type SshServer, startSshServer } from './ssh-server.js';

describe('a server behind an SSH tunnel', skipWithout('sshd'), () => {
  let ssh: SshServer;
  let database: TestDatabase;
  let there: string;
  const clients: ReturningClient[] = [];

  beforeAll(async () => {
    [ssh, database] = await Promise.all([startSshServer(), openDatabase()]);
    there = `${database.host}:${database.port}`;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.end();
    await Deployment.removeAll();
  });
  afterAll(async () => {
    await database?.stop();
    await ssh?.stop();
  });

  /** Whose host and port nothing may come of: those of the tunnel take their place. */
  const url = () => {
    const { user, password, db } = database.address;
    return `rethinkdb://${encodeURIComponent(user)}:${encodeURIComponent(password)}@nowhere.invalid:1/${db}`;
  };
  const deploy = (env: Record<string, string> = {}, command?: string[]) => {
    const settings = { ...ssh.env, RETHINKDB_INTERNAL_IPS: there, RETHINKDB_URL: url(), ...env };
    return Deployment.start(settings, command);
  };
  const enter = async ({ url: page }: Deployment, room: string) => {
    const client = new ReturningClient(page, room, { websockets: true });
    clients.push(client);
    await until('the room is entered', () => client.isJoined);
    return client;
  };

  test('serves messages', async () => {
    const server = await deploy();
    await server.isReady();
    const [writer, reader] = [await enter(server, 'talk'), await enter(server, 'talk')];
    await writer.say('through the tunnel');
    await until('the other one has it', () => reader.bodies.has('through the tunnel'));
  });

  test('goes on when the tunnel breaks, and nothing is missing', async () => {
    const server = await deploy();
    await server.isReady();
    const [writer, reader] = [await enter(server, 'broken'), await enter(server, 'broken')];
    await writer.say('before');

    const broken = server.ssh!.pid;
    process.kill(broken, 'SIGKILL');
    await until('another ssh', () => server.ssh !== undefined && server.ssh.pid !== broken);
    // Past the chat server, which may not have its link again.
    const connection = await database.connect();
    const { r } = await import('../../server/database/connection/reql.js');
    await r.table('messages').insert({ room: 'broken', body: 'meanwhile' }).run(connection);
    await server.isReady();
    await writer.say('after');

    await until('all of it', () => reader.bodies.size === 3);
    expect(reader.bodies).toEqual(new Set(['before', 'meanwhile', 'after']));
    expect(reader.connections).toBe(1);
  });

  test('takes the next address where one refuses, or says nothing', async () => {
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.3');
    await once(silent, 'listening');
    try {
      const refusing = `127.0.0.2:${await freePort()}`;
      const mute = `127.0.0.3:${(silent.address() as { port: number }).port}`;
      const server = await deploy({ RETHINKDB_INTERNAL_IPS: `${refusing}, ${mute},${there}`, DYNO: 'web.1' });
      await server.says(`no database answers at ${refusing}`);
      await server.says(`no database answers at ${mute}`);
      await server.says(`leads to ${there}`);
      await server.isReady();
    } finally {
      silent.close();
    }
  });

  test('takes the next address when the database behind a standing tunnel is gone', async () => {
    const proxy = await startTcpProxy(database.port);
    try {
      const first = `127.0.0.1:${proxy.port}`;
      const server = await deploy({ RETHINKDB_INTERNAL_IPS: `${first} ${there}`, DYNO: 'web.1' });
      await server.says(`leads to ${first}`);
      await server.isReady();
      proxy.cut();
      await server.says(`leads to ${there}`, 25_000);
      await server.isReady();
    } finally {
      await proxy.stop();
    }
  }, 60_000);

  test.each(['first', 'all'] as const)('ends by SIGTERM to %s, its tunnel after it', async (whom) => {
    const server = await deploy();
    await server.isReady();
    await enter(server, 'farewell');
    const { code, output } = await server.end('SIGTERM', whom);
    expect(code).toBe(0);
    // The tunnel stood for as long as the server could need it.
    expect(output).not.toMatch(/broke|database (connection lost|unavailable)/);
    expect(await server.temporaryFiles()).toEqual([]);
  });

  test('ends its tunnel also when the server is killed', async () => {
    const server = await deploy();
    await server.isReady();
    expect((await server.end('SIGKILL')).code).toBe('SIGKILL');
    expect(await server.temporaryFiles()).toEqual([]);
  });

  test('has the key in a file of its own alone, and only while ssh logs in', async () => {
    // A host that does not answer: ssh waits, with the key in its hands.
    const mute = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    try {
      const { port } = mute.address() as { port: number };
      const server = await deploy({ SSH_PORT: String(port) });
      const isKey = (file: string) => file.endsWith('/key');
      const file = await until('the key', async () => (await server.temporaryFiles()).find(isKey));
      expect(statSync(server.pathOf(file)).mode & 0o777).toBe(0o600);
      expect(statSync(server.pathOf(file.replace('/key', ''))).mode & 0o777).toBe(0o700);
      await server.end('SIGTERM');
      expect(await server.temporaryFiles()).toEqual([]);
    } finally {
      mute.close();
    }

    const server = await deploy();
    await server.says('leads to');
    expect((await server.temporaryFiles()).filter((file) => file.endsWith('/key'))).toEqual([]);
  });

  test('refuses a host whose key is not the known one', async () => {
    const server = await deploy({ SSH_KNOWN_HOSTS: ssh.otherHostKey });
    await server.says('Host key verification failed');
    await server.says('could not be opened');
    await server.answers(503);
    expect(server.output).not.toContain('leads to');
  });

  test('takes any host key when told so, and the names of settings at Compose', async () => {
    const { SSH_KEY, SSH_HOST, SSH_PORT, SSH_USER } = ssh.env;
    const server = await Deployment.start({
      COMPOSE_IO_SSH_KEY: SSH_KEY.trimEnd().replaceAll('\n', '\\n'),
      COMPOSE_SSH_HOST: SSH_HOST,
      COMPOSE_SSH_PORT: SSH_PORT,
      COMPOSE_SSH_USER: SSH_USER,
      COMPOSE_RETHINKDB_INTERNAL_IPS: there,
      SSH_ACCEPT_ANY_HOST_KEY: 'yes',
      RETHINKDB_URL: url(),
    });
    await server.isReady();
  });

  test('takes the address from RETHINKDB_URL when there is no list', async () => {
    const address = url().replace('nowhere.invalid:1', there);
    const server = await deploy({ RETHINKDB_INTERNAL_IPS: '', RETHINKDB_URL: address });
    await server.isReady();
  });

  test('tells its secrets neither to ps nor to the log', async () => {
    // Of a user that the database does not know, which makes both sides talk about it.
    const RETHINKDB_URL = url().replace(/\/\/.*@/, '//stranger:s3cret-of-the-database@');
    const server = await deploy({ RETHINKDB_URL, SESSION_SECRET: 's3cret-of-all-cookies', LOG: 'trace' });
    await server.says('database unavailable');
    const secrets = [...ssh.env.SSH_KEY.trim().split('\n').slice(1, -1), 's3cret'];
    expect(server.ssh).toBeDefined();
    const shown = processes()
      .map(({ args }) => args)
      .join('\n');
    const { output } = await server.end('SIGTERM');
    expect(secrets.filter((secret) => shown.includes(secret) || output.includes(secret))).toEqual([]);
  });

  test('runs another command as well, when the tunnel stands', async () => {
    const schema = await deploy({}, ['bash', 'tunnel-and-serve.sh', 'node', 'scripts/create-schema.mjs']);
    expect(await schema.ended).toMatchObject({ code: 0, output: expect.stringContaining('has all that') });
    const insert = ['node', 'scripts/message.mjs', 'insert', 'outside', 'hello'];
    const message = await deploy({}, ['bash', 'tunnel-and-serve.sh', ...insert]);
    expect((await message.ended).code).toBe(0);
  });
});
