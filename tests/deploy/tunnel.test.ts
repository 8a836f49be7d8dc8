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

  /** The script must replace this host and port by those of the tunnel. */
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

  test('a server behind an SSH tunnel delivers messages', async () => {
    const server = await deploy();
    await server.isReady();
    const [writer, reader] = [await enter(server, 'talk'), await enter(server, 'talk')];
    await writer.say('through the tunnel');
    await until('the reader has the message', () => reader.bodies.has('through the tunnel'));
  });

  test('readers miss no message when the SSH tunnel breaks', async () => {
    const server = await deploy();
    await server.isReady();
    const [writer, reader] = [await enter(server, 'broken'), await enter(server, 'broken')];
    await writer.say('before');

    const broken = server.ssh!.pid;
    process.kill(broken, 'SIGKILL');
    await until('ssh is started again', () => server.ssh !== undefined && server.ssh.pid !== broken);
    // With a driver, because the server may not have reconnected yet.
    const connection = await database.connect();
    const { r } = await import('../../server/database/connection/reql.js');
    await r.table('messages').insert({ room: 'broken', body: 'during' }).run(connection);
    await server.isReady();
    // The rooms are read again, and a client that missed too much joins again.
    await until('the writer has the message', () => writer.isJoined && writer.bodies.has('during'));
    await writer.say('after');

    await until('the reader has all messages', () => reader.bodies.size === 3);
    expect(reader.bodies).toEqual(new Set(['before', 'during', 'after']));
    expect(reader.connections).toBe(1);
  });

  test('the tunnel leads to the next address when one refuses connections or does not answer', async () => {
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.3');
    await once(silent, 'listening');
    try {
      const refusing = `127.0.0.2:${await freePort()}`;
      const unanswering = `127.0.0.3:${(silent.address() as { port: number }).port}`;
      const server = await deploy({
        RETHINKDB_INTERNAL_IPS: `${refusing}, ${unanswering},${there}`,
        DYNO: 'web.1',
      });
      await server.says(`no database answers at ${refusing}`);
      await server.says(`no database answers at ${unanswering}`);
      await server.says(`leads to ${there}`);
      await server.isReady();
    } finally {
      silent.close();
    }
  });

  test('the tunnel leads to the next address when the database behind an open tunnel is lost', async () => {
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

  test.each(['first', 'all'] as const)(
    'SIGTERM to %s process stops the server before its tunnel',
    async (receiver) => {
      const server = await deploy();
      await server.isReady();
      await enter(server, 'stop');
      const { code, output } = await server.end('SIGTERM', receiver);
      expect(code).toBe(0);
      // The tunnel stayed open until the server had ended.
      expect(output).not.toMatch(/tunnel: lost|database (connection lost|unavailable)/);
      expect(await server.temporaryFiles()).toEqual([]);
    },
  );

  test('the tunnel ends when the server is killed', async () => {
    const server = await deploy();
    await server.isReady();
    expect((await server.end('SIGKILL')).code).toBe('SIGKILL');
    expect(await server.temporaryFiles()).toEqual([]);
  });

  test('the SSH key is in a private file, and only while ssh logs in', async () => {
    // The host does not answer: ssh waits with the key file.
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const { port } = silent.address() as { port: number };
      const server = await deploy({ SSH_PORT: String(port) });
      const isKey = (file: string) => file.endsWith('/key');
      const file = await until('the key file exists', async () =>
        (await server.temporaryFiles()).find(isKey),
      );
      expect(statSync(server.pathOf(file)).mode & 0o777).toBe(0o600);
      expect(statSync(server.pathOf(file.replace('/key', ''))).mode & 0o777).toBe(0o700);
      await server.end('SIGTERM');
      expect(await server.temporaryFiles()).toEqual([]);
    } finally {
      silent.close();
    }

    const server = await deploy();
    await server.says('leads to');
    expect((await server.temporaryFiles()).filter((file) => file.endsWith('/key'))).toEqual([]);
  });

  test('the tunnel is refused when the host key is not the known one', async () => {
    const server = await deploy({ SSH_KNOWN_HOSTS: ssh.otherHostKey });
    await server.says('Host key verification failed');
    await server.says('could not be opened');
    await server.answers(503);
    expect(server.output).not.toContain('leads to');
  });

  test('a tunnel is opened with COMPOSE_ names, a key between empty lines, any host key and DYNO=2', async () => {
    const { SSH_KEY, SSH_HOST, SSH_PORT, SSH_USER } = ssh.env;
    const server = await Deployment.start({
      // As heroku config:set "COMPOSE_IO_SSH_KEY=⏎…⏎" stores it.
      COMPOSE_IO_SSH_KEY: `\n${SSH_KEY.trim()}\n`,
      COMPOSE_SSH_HOST: SSH_HOST,
      COMPOSE_SSH_PORT: SSH_PORT,
      COMPOSE_SSH_USER: SSH_USER,
      COMPOSE_RETHINKDB_INTERNAL_IPS: `127.0.0.2:1,${there}`,
      COMPOSE_SSH_ACCEPT_ANY_HOST_KEY: 'yes',
      DYNO: '2',
      RETHINKDB_URL: url(),
    });
    await server.isReady();
    expect(server.output).not.toContain('127.0.0.2');
  });

  test('the tunnel leads to the address of RETHINKDB_URL without RETHINKDB_INTERNAL_IPS', async () => {
    const address = url().replace('nowhere.invalid:1', there);
    const server = await deploy({ RETHINKDB_INTERNAL_IPS: '', RETHINKDB_URL: address });
    await server.isReady();
  });

  test('secrets are neither in command lines nor in the log', async () => {
    // The database does not know this user, so that both sides log errors about it.
    const RETHINKDB_URL = url().replace(/\/\/.*@/, '//stranger:s3cret-of-the-database@');
    const server = await deploy({
      RETHINKDB_URL,
      SESSION_SECRET: 's3cret-of-all-cookies',
      LOG_LEVEL: 'trace',
    });
    await server.says('database unavailable');
    const secrets = [...ssh.env.SSH_KEY.trim().split('\n').slice(1, -1), 's3cret'];
    expect(server.ssh).toBeDefined();
    const shown = processes()
      .map(({ args }) => args)
      .join('\n');
    const { output } = await server.end('SIGTERM');
    expect(secrets.filter((secret) => shown.includes(secret) || output.includes(secret))).toEqual([]);
  });

  test('runs another command when the tunnel is open', async () => {
    const schema = await deploy({}, ['bash', 'tunnel-and-serve.sh', 'node', 'dist/scripts/create-schema.js']);
    expect(await schema.ended).toMatchObject({
      code: 0,
      output: expect.stringContaining('has the complete schema'),
    });
    const insert = ['node', 'dist/scripts/message.js', 'insert', 'outside', 'hello'];
    const message = await deploy({}, ['bash', 'tunnel-and-serve.sh', ...insert]);
    expect((await message.ended).code).toBe(0);
  });
});
