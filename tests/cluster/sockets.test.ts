import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skipWithout } from '../support/programs.js';
import { ReturningClient } from '../support/returning-client.js';
import { endAllServers } from '../support/server-process.js';
import { until } from '../support/until.js';
import { type Ground, prepareGround, Several, workerOf } from './several.js';

const numbered = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name} ${i}`);

describe('sockets of four processes', skipWithout('redis-server'), () => {
  let ground: Ground;
  let several: Several;
  let webSockets: ReturningClient[];
  let polling: ReturningClient[];
  let clients: ReturningClient[];

  beforeAll(async () => {
    ground = await prepareGround();
    several = await Several.start(ground.env);
    const open = (websockets: boolean) =>
      Array.from({ length: 20 }, () => new ReturningClient(several.url, 'lobby', { websockets }));
    webSockets = open(true);
    polling = open(false);
    clients = [...webSockets, ...polling];
    await until('all are in the room', () => clients.every(({ isJoined }) => isJoined), 20_000);
    await until('WebSockets where they are wanted', () =>
      webSockets.every(({ transport }) => transport === 'websocket'),
    );
  });
  afterAll(async () => {
    for (const client of clients ?? []) client.end();
    await endAllServers();
    await ground?.remove();
  });

  const everybodySees = (bodies: string[]) =>
    until(
      `everybody sees ${bodies[0]} …`,
      () => clients.every((client) => bodies.every((body) => client.bodies.has(body))),
      20_000,
    );

  test('are shared out, and all get every message, by WebSocket and by polling alone', async () => {
    expect(new Set(clients.map(({ sid }) => workerOf(sid))).size).toBe(4);
    expect(new Set(polling.map(({ transport }) => transport))).toEqual(new Set(['polling']));
    const bodies = numbered(clients.length, 'from');
    await Promise.all(clients.map((client, i) => client.say(bodies[i]!)));
    await everybodySees(bodies);
    expect(clients.map(({ connections }) => connections)).toEqual(clients.map(() => 1));
  });

  test('that upgrade to a WebSocket are handed over to the process of their session', async () => {
    // Each began by polling over whatever connection. That none takes a detour now, shows when a process is killed.
    await until(
      'connections were handed over',
      () => several.logged('cluster: connection handed over').length > 0,
    );
  });

  test('come back elsewhere when their process is killed, and no WebSocket of another one notices', async () => {
    const victim = workerOf(webSockets[0]!.sid);
    const struck = webSockets.filter(({ sid }) => workerOf(sid) === victim);
    const others = webSockets.filter(({ sid }) => workerOf(sid) !== victim);
    const [deadSid, sidsOfOthers] = [webSockets[0]!.sid, others.map(({ sid }) => sid)];
    several.kill(victim);

    await until('those who were struck are back', () =>
      struck.every(({ connections, isJoined }) => connections > 1 && isJoined),
    );
    expect(struck.map(({ sid }) => workerOf(sid))).not.toContain(victim);
    await until('another worker in its place', () => several.serving.size === 4);
    expect([...several.serving.keys()]).not.toContain(victim);
    expect(several.logged('cluster: a worker ended, another takes its place')).toMatchObject([
      { worker: victim },
    ]);

    await until('all are in the room', () => clients.every(({ isJoined }) => isJoined), 20_000);
    const bodies = numbered(20, 'after the loss');
    await Promise.all(bodies.map((body, i) => clients[i * 2]!.say(body)));
    await everybodySees(bodies);
    expect(others.map(({ sid }) => sid)).toEqual(sidsOfOthers);
    expect(others.map(({ connections }) => connections)).toEqual(others.map(() => 1));

    // Whatever process is asked, a session that nobody has is unknown.
    for (const _ of several.serving) {
      const answer = await fetch(`${several.url}/primus/?EIO=4&transport=polling&sid=${deadSid}`);
      expect([answer.status, await answer.json()]).toEqual([400, { code: 1, message: 'Session ID unknown' }]);
    }
  });

  test('come back when all processes are killed at once, at the same port', async () => {
    for (const worker of several.serving.keys()) several.kill(worker);
    await until(
      'all are back',
      () => clients.every(({ isJoined, connections }) => isJoined && connections > 1),
      25_000,
    );
    const bodies = numbered(5, 'after all');
    await Promise.all(bodies.map((body, i) => clients[i * 8]!.say(body)));
    await everybodySees(bodies);
  }, 60_000);
});
