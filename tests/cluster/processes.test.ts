import { Agent, get } from 'node:http';
import { createServer, type Server } from 'node:net';
import r from 'rethinkdb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { skipWithout } from '../support/programs.js';
import { endAllServers, failToStart } from '../support/server-process.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { type Ground, isAlive, prepareGround, Several, workerOf } from './several.js';

test('several processes without a Redis are refused with what to set', async () => {
  expect(await failToStart({ INSTANCES: '4' })).toEqual({
    code: 2,
    output:
      'Changeroom: The configuration cannot be used:\n' +
      '  - INSTANCES above 1 needs REDIS_URL: set it to a Redis server, such as redis://127.0.0.1:6379\n',
  });
});

describe('several processes', skipWithout('redis-server'), () => {
  let ground: Ground;

  beforeEach(async () => {
    ground = await prepareGround();
  });
  afterEach(async () => {
    await endAllServers();
    await ground.remove();
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

  test('stopped in a stream of posts, send everybody away, keep what they acknowledged, and leave nothing behind', async () => {
    const several = await Several.start({ ...ground.env, LIMIT_MESSAGES: '0' });
    const sockets = await Promise.all(Array.from({ length: 12 }, () => SocketClient.open(several.url)));
    const workers = await several.processIds();

    let isOver = false;
    const acknowledged: string[] = [];
    const bySocket = sockets.map(async (socket, i) => {
      for (let n = 0; !isOver && socket.closed === null; n += 1) {
        const body = `socket ${i}, message ${n}`;
        const ask = socket.ask({ type: 'createMessage', message: { room: 'lobby', body } });
        const gone = until('the end of the socket', () => isOver || socket.closed !== null, 60_000);
        const answer = await Promise.race([ask.catch(() => null), gone]);
        if (typeof answer === 'object' && answer?.type === 'ack') acknowledged.push(body);
      }
    });
    const byPost = Array.from({ length: 6 }, async (_, i) => {
      for (let n = 0; !isOver; n += 1) {
        const body = `post ${i}, message ${n}`;
        if (await post(several.url, body)) acknowledged.push(body);
      }
    });
    await until('the stream flows', () => acknowledged.length > 300, 20_000);
    const { code } = await several.server.end('SIGTERM');
    isOver = true;
    await Promise.all([...bySocket, ...byPost]);

    expect(code).toBe(0);
    expect(workers.filter(isAlive)).toEqual([]);
    const delays = sockets.map((socket) => socket.latest('goingAway')?.retryAfterMs);
    expect(delays.every((delay) => delay !== undefined)).toBe(true);
    expect(new Set(delays).size).toBeGreaterThan(1);

    const again = await Several.start({ ...ground.env, INSTANCES: '2' });
    const kept = await bodiesInTable(again.server.databasePort);
    expect(acknowledged.filter((body) => !kept.has(body))).toEqual([]);
    expect((await again.server.end('SIGINT')).code).toBe(0);
  }, 60_000);

  test('do not outlive a primary that is killed', async () => {
    const several = await Several.start(ground.env);
    const workers = await several.processIds();
    expect(workers.filter(isAlive).length).toBe(4);
    await several.server.end('SIGKILL');
    await until('the workers are gone', () => workers.filter(isAlive).length === 0);
  });

  test('are one visitor to the same cookie', async () => {
    const several = await Several.start(ground.env);
    const first = await fetch(several.url);
    const cookie = first.headers.get('set-cookie')!.split(';')[0]!;
    const sockets = await Promise.all(
      Array.from({ length: 8 }, () => SocketClient.open(several.url, { cookie })),
    );
    expect(new Set(sockets.map((socket) => socket.latest('welcome')!.user.id_user)).size).toBe(1);
    for (const socket of sockets) socket.close();
  });

  test('find the session of every request on a connection that many share', async () => {
    const several = await Several.start(ground.env);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    const poll = (sid?: string) =>
      new Promise<string>((resolve, reject) => {
        const url = `${several.url}/primus/?EIO=4&transport=polling${sid ? `&sid=${sid}` : ''}`;
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
    // A connection is in one worker, so its sessions would be, too: others open theirs by connections of their own.
    const sids: string[] = [];
    while (new Set(sids.map(workerOf)).size < 4) {
      const handshake = await fetch(`${several.url}/primus/?EIO=4&transport=polling`, {
        headers: { connection: 'close' },
      });
      sids.push(JSON.parse((await handshake.text()).slice(1)).sid);
    }
    for (const sid of sids) expect(await poll(sid)).toContain('"type":"welcome"');
    expect(ports.size).toBe(1);
    agent.destroy();
  });

  test('say once which port is taken, and end', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1');
    await until('a port is taken', () => other.listening);
    try {
      const PORT = String((other.address() as { port: number }).port);
      expect(await failToStart({ ...ground.env, LOG_LEVEL: 'silent', PORT })).toEqual({
        code: 1,
        output: `Changeroom: port ${PORT} is taken: set PORT to another one\n`,
      });
    } finally {
      other.close();
    }
  });

  test('leave when one of them does not: it is ended, and that is said', async () => {
    const several = await Several.start({ ...ground.env, SHUTDOWN_SECONDS: '3' });
    const [stuck] = await several.processIds();
    process.kill(stuck!, 'SIGSTOP');
    const { code, output } = await several.server.end('SIGTERM');
    expect(code).toBe(1);
    expect(output).toContain('Changeroom: 1 processes were not done in time and were ended');
    expect(isAlive(stuck!)).toBe(false);
  });
});
