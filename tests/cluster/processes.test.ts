import { Agent, get } from 'node:http';
import { createServer, type Server } from 'node:net';
import r from 'rethinkdb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { skipWithout } from '../support/programs.js';
import { endAllServers, failToStart } from '../support/server-process.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import {
  type ClusterEnvironment,
  isAlive,
  prepareEnvironment,
  ServerCluster,
  workerOf,
} from './server-cluster.js';

test('several processes without REDIS_URL are rejected with the setting to change', async () => {
  expect(await failToStart({ INSTANCES: '4' })).toEqual({
    code: 2,
    output:
      'Changeroom: The configuration is invalid:\n' +
      '  - INSTANCES above 1 requires REDIS_URL: set it to a Redis server, such as redis://127.0.0.1:6379\n',
  });
});

describe('several processes', skipWithout('redis-server'), () => {
  let environment: ClusterEnvironment;

  beforeEach(async () => {
    environment = await prepareEnvironment();
  });
  afterEach(async () => {
    await endAllServers();
    await environment.remove();
  });

  async function bodiesInTable(port: number): Promise<Set<string>> {
    const connection = await r.connect({ host: '127.0.0.1', port, db: 'changeroom' });
    const rows = (await (await r.table('messages').run(connection)).toArray()) as { body: string }[];
    await connection.close();
    return new Set(rows.map(({ body }) => body));
  }

  async function post(url: string, body: string): Promise<boolean> {
    const headers = { 'Content-Type': 'application/json' };
    const sent = fetch(`${url}/api/rooms/lobby/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ body }),
    });
    return sent.then(
      ({ status }) => status === 201,
      () => false,
    );
  }

  test('a shutdown during writes notifies all sockets, keeps acknowledged messages and leaves no process behind', async () => {
    const cluster = await ServerCluster.start({ ...environment.env, LIMIT_MESSAGES: '0' });
    const sockets = await Promise.all(Array.from({ length: 12 }, () => SocketClient.open(cluster.url)));
    const workers = await cluster.processIds();

    let isOver = false;
    const acknowledged: string[] = [];
    const bySocket = sockets.map(async (socket, i) => {
      for (let n = 0; !isOver && socket.closed === null; n += 1) {
        const body = `socket ${i}, message ${n}`;
        const ask = socket.ask({ type: 'createMessage', message: { room: 'lobby', body } });
        const gone = until('the socket is closed', () => isOver || socket.closed !== null, 60_000);
        const answer = await Promise.race([ask.catch(() => null), gone]);
        if (typeof answer === 'object' && answer?.type === 'ack') acknowledged.push(body);
      }
    });
    const byPost = Array.from({ length: 6 }, async (_, i) => {
      for (let n = 0; !isOver; n += 1) {
        const body = `post ${i}, message ${n}`;
        if (await post(cluster.url, body)) acknowledged.push(body);
      }
    });
    await until('messages are acknowledged', () => acknowledged.length > 300);
    const { code } = await cluster.server.end('SIGTERM');
    isOver = true;
    await Promise.all([...bySocket, ...byPost]);

    expect(code).toBe(0);
    expect(workers.filter(isAlive)).toEqual([]);
    const delays = sockets.map((socket) => socket.latest('goingAway')?.retryAfterMs);
    expect(delays.every((delay) => delay !== undefined)).toBe(true);
    expect(new Set(delays).size).toBeGreaterThan(1);

    const again = await ServerCluster.start({ ...environment.env, INSTANCES: '2' });
    const kept = await bodiesInTable(again.server.databasePort);
    expect(acknowledged.filter((body) => !kept.has(body))).toEqual([]);
    expect((await again.server.end('SIGINT')).code).toBe(0);
  }, 60_000);

  test('workers exit when the primary is killed', async () => {
    const cluster = await ServerCluster.start(environment.env);
    const workers = await cluster.processIds();
    expect(workers.filter(isAlive).length).toBe(4);
    await cluster.server.end('SIGKILL');
    await until('the workers have exited', () => workers.filter(isAlive).length === 0);
  });

  test('all workers identify a guest by the same cookie', async () => {
    const cluster = await ServerCluster.start(environment.env);
    const first = await fetch(cluster.url);
    const cookie = first.headers.get('set-cookie')!.split(';')[0]!;
    const sockets = await Promise.all(
      Array.from({ length: 8 }, () => SocketClient.open(cluster.url, { cookie })),
    );
    expect(new Set(sockets.map((socket) => socket.latest('welcome')!.user.id_user)).size).toBe(1);
    for (const socket of sockets) socket.close();
  });

  test('requests of several sessions on one connection reach the workers of their sessions', async () => {
    const cluster = await ServerCluster.start(environment.env);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    const poll = (sid?: string) =>
      new Promise<string>((resolve, reject) => {
        const url = `${cluster.url}/primus/?EIO=4&transport=polling${sid ? `&sid=${sid}` : ''}`;
        const request = get(url, { agent }, (response) => {
          ports.add(response.socket.localPort);
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve(text));
        });
        request.on('error', reject);
      });
    // All sessions opened on one connection belong to one worker, so each is opened on a connection of its own.
    const sids: string[] = [];
    while (new Set(sids.map(workerOf)).size < 4) {
      const handshake = await fetch(`${cluster.url}/primus/?EIO=4&transport=polling`, {
        headers: { connection: 'close' },
      });
      sids.push(JSON.parse((await handshake.text()).slice(1)).sid);
    }
    for (const sid of sids) expect(await poll(sid)).toContain('"type":"welcome"');
    expect(ports.size).toBe(1);
    agent.destroy();
  });

  test('several processes report a port in use once and exit', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1');
    await until('the other server is listening', () => other.listening);
    try {
      const PORT = String((other.address() as { port: number }).port);
      expect(await failToStart({ ...environment.env, LOG_LEVEL: 'silent', PORT })).toEqual({
        code: 1,
        output: `Changeroom: port ${PORT} is in use: set PORT to another one\n`,
      });
    } finally {
      other.close();
    }
  });

  test('a shutdown kills a frozen worker, reports it and exits with code 1', async () => {
    const cluster = await ServerCluster.start({ ...environment.env, SHUTDOWN_SECONDS: '3' });
    const [frozen] = await cluster.processIds();
    process.kill(frozen!, 'SIGSTOP');
    const { code, output } = await cluster.server.end('SIGTERM');
    expect(code).toBe(1);
    expect(output).toContain('Changeroom: 1 processes did not exit in time and were killed');
    expect(isAlive(frozen!)).toBe(false);
  });
});
