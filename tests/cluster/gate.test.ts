import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post } from '../http/client.js';
import { skipWithout } from '../support/programs.js';
import { exchange } from '../support/raw-http.js';
import { endAllServers } from '../support/server-process.js';
import { until } from '../support/until.js';
import { type ClusterEnvironment, prepareEnvironment, ServerCluster } from './server-cluster.js';

const ALLOWED = 'https://app.example.org';
const WEBSOCKET = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';

describe('two processes', skipWithout('redis-server'), () => {
  let environment: ClusterEnvironment;
  let cluster: ServerCluster;
  let pids: number[];

  beforeAll(async () => {
    environment = await prepareEnvironment();
    const limits = { LIMIT_REQUESTS: '9', LIMIT_MESSAGES: '1', LIMIT_PER_ADDRESS: '3' };
    cluster = await ServerCluster.start({
      ...environment.env,
      ...limits,
      ALLOWED_ORIGINS: ALLOWED,
      INSTANCES: '2',
    });
    await until('two workers are listening', () => cluster.listening.size === 2);
    pids = [...cluster.listening.values()];
  });
  afterAll(async () => {
    await endAllServers();
    await environment?.remove();
  });

  const statusOf = async (target: string, headers = 'Connection: close\r\n') => {
    const { host } = new URL(cluster.url);
    return (await exchange(cluster.url, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n`)).status;
  };

  test('each worker answers invalid request targets and keeps running', async () => {
    const targets = ['//a@[', 'http://[', 'http://a:99999/primus/?sid=1.x', '*', '/\\[?sid=1.x'];
    for (const target of targets) {
      // Connections are distributed to the workers in turn.
      for (let n = 0; n < 4; n += 1) expect(await statusOf(target, n < 2 ? undefined : WEBSOCKET)).toBe(400);
    }
    expect([...cluster.listening.values()]).toEqual(pids);
    expect(cluster.logged('cluster: worker exited, will be replaced')).toEqual([]);
  });

  test('each worker rejects upgrades to unknown protocols and paths', async () => {
    for (let n = 0; n < 4; n += 1) {
      expect(await statusOf('/other', WEBSOCKET)).toBe(426);
      expect(await statusOf('/', 'Connection: Upgrade\r\nUpgrade: h2c\r\n')).toBe(426);
    }
  });

  test('polls with invented sessions count for the address of the client, whichever worker they name', async () => {
    const numbers = [...cluster.listening.keys()];
    const statuses: number[] = [];
    for (let n = 0; n < 24; n += 1) {
      // Connections are distributed in turn, so each session is requested from both workers.
      const sid = `${numbers[Math.floor(n / 2) % 2]}.invented${n}`;
      const headers = { 'x-forwarded-for': '192.0.2.1', connection: 'close' };
      const address = `${cluster.url}/primus/?EIO=4&transport=polling&sid=${sid}`;
      statuses.push((await fetch(address, { headers })).status);
    }
    expect(statuses).toEqual([...Array(9).fill(400), ...Array(15).fill(429)]);
    await until(
      'a request was forwarded',
      () => cluster.logged('cluster: request forwarded to the owner of its session').length > 0,
    );
  });

  test('an allowed origin can read the polls of its session, whichever worker receives them', async () => {
    const address = `${cluster.url}/primus/?EIO=4&transport=polling`;
    const from = (origin: string, url: string) =>
      fetch(url, { headers: { origin, connection: 'close', 'x-forwarded-host': 'chat.example.org' } });
    const opened = await from(ALLOWED, address);
    const [, sid = ''] = /"sid":"([^"]+)"/.exec(await opened.text()) ?? [];
    for (let n = 0; n < 4; n += 1) {
      const post = { method: 'POST', body: '4{}', headers: { origin: ALLOWED, connection: 'close' } };
      const { status, headers } = await fetch(`${address}&sid=${sid}`, post);
      expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
        200,
        ALLOWED,
        'Origin',
      ]);
      expect((await from('https://evil.example', `${address}&sid=${sid}`)).status).toBe(403);
    }
  });

  test('several processes count the messages of an address together', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const headers = { 'x-forwarded-for': `2001:db8:7:7::${n}`, connection: 'close' };
      statuses.push((await post(`${cluster.url}/api/rooms/lobby/messages`, { body: 'x' }, headers)).status);
    }
    expect(statuses).toEqual([201, 201, 201, ...Array(5).fill(429)]);
  });
});
