import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post } from '../http/client.js';
import { skipWithout } from '../support/programs.js';
import { exchange } from '../support/raw-http.js';
import { endAllServers } from '../support/server-process.js';
import { until } from '../support/until.js';
import { type Ground, prepareGround, Several } from './several.js';

const WEBSOCKET = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';

describe('two processes', skipWithout('redis-server'), () => {
  let ground: Ground;
  let several: Several;
  let pids: number[];

  beforeAll(async () => {
    ground = await prepareGround();
    const limits = { LIMIT_REQUESTS: '9', LIMIT_MESSAGES: '1', LIMIT_PER_ADDRESS: '3' };
    several = await Several.start({ ...ground.env, ...limits, INSTANCES: '2' });
    await until('two processes serve', () => several.serving.size === 2);
    pids = [...several.serving.values()];
  });
  afterAll(async () => {
    await endAllServers();
    await ground?.remove();
  });

  const statusOf = async (target: string, headers = 'Connection: close\r\n') => {
    const { host } = new URL(several.url);
    return (await exchange(several.url, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n`)).status;
  };

  test('answer invalid targets, each on its own, and go on', async () => {
    const targets = ['//a@[', 'http://[', 'http://a:99999/primus/?sid=1.x', '*', '/\\[?sid=1.x'];
    for (const target of targets) {
      // One connection after the other goes to another process.
      for (let n = 0; n < 4; n += 1) expect(await statusOf(target, n < 2 ? undefined : WEBSOCKET)).toBe(400);
    }
    expect([...several.serving.values()]).toEqual(pids);
    expect(several.logged('cluster: a worker ended, another takes its place')).toEqual([]);
  });

  test('answer upgrades that nothing handles', async () => {
    for (let n = 0; n < 4; n += 1) {
      expect(await statusOf('/other', WEBSOCKET)).toBe(426);
      expect(await statusOf('/', 'Connection: Upgrade\r\nUpgrade: h2c\r\n')).toBe(426);
    }
  });

  test('count polls with invented sessions by the address of the client, whichever process they name', async () => {
    const numbers = [...several.serving.keys()];
    const statuses: number[] = [];
    for (let n = 0; n < 24; n += 1) {
      // New connections go to one process after the other; both sessions come over both.
      const sid = `${numbers[Math.floor(n / 2) % 2]}.invented${n}`;
      const headers = { 'x-forwarded-for': '192.0.2.1', connection: 'close' };
      const address = `${several.url}/primus/?EIO=4&transport=polling&sid=${sid}`;
      statuses.push((await fetch(address, { headers })).status);
    }
    expect(statuses).toEqual([...Array(9).fill(400), ...Array(15).fill(429)]);
    await until('a request was passed on', () => several.logged('cluster: request passed on').length > 0);
  });

  test('count messages of an address together', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const headers = { 'x-forwarded-for': `2001:db8:7:7::${n}`, connection: 'close' };
      statuses.push((await post(`${several.url}/api/rooms/lobby/messages`, { body: 'x' }, headers)).status);
    }
    expect(statuses).toEqual([201, 201, 201, ...Array(5).fill(429)]);
  });
});
