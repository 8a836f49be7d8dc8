import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skipWithout } from '../support/programs.js';
import { ReturningClient } from '../support/returning-client.js';
import { endAllServers } from '../support/server-process.js';
import { until } from '../support/until.js';
import { type ClusterEnvironment, prepareEnvironment, ServerCluster, workerOf } from './server-cluster.js';

const numbered = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name} ${i}`);

describe('sockets of four processes', skipWithout('redis-server'), () => {
  let environment: ClusterEnvironment;
  let cluster: ServerCluster;
  let webSockets: ReturningClient[];
  let polling: ReturningClient[];
  let clients: ReturningClient[];

  beforeAll(async () => {
    environment = await prepareEnvironment();
    cluster = await ServerCluster.start(environment.env);
    const open = (websockets: boolean) =>
      Array.from({ length: 20 }, () => new ReturningClient(cluster.url, 'lobby', { websockets }));
    webSockets = open(true);
    polling = open(false);
    clients = [...webSockets, ...polling];
    await until('all clients have joined the room', () => clients.every(({ isJoined }) => isJoined));
    await until('half of the clients use WebSockets', () =>
      webSockets.every(({ transport }) => transport === 'websocket'),
    );
  });
  afterAll(async () => {
    for (const client of clients ?? []) client.end();
    await endAllServers();
    await environment?.remove();
  });

  const everyClientShows = (bodies: string[]) =>
    until(
      `every client shows ${bodies[0]} …`,
      () => clients.every((client) => bodies.every((body) => client.bodies.has(body))),
      20_000,
    );

  test('sockets are distributed to all workers and receive every message, by WebSocket and by polling', async () => {
    expect(new Set(clients.map(({ sid }) => workerOf(sid))).size).toBe(4);
    expect(new Set(polling.map(({ transport }) => transport))).toEqual(new Set(['polling']));
    const bodies = numbered(clients.length, 'from');
    await Promise.all(clients.map((client, i) => client.say(bodies[i]!)));
    await everyClientShows(bodies);
    expect(clients.map(({ connections }) => connections)).toEqual(clients.map(() => 1));
  });

  test('a connection that upgrades to a WebSocket is transferred to the worker of its session', async () => {
    // Each session began with polling on any connection. The next test shows that no WebSocket depends on another worker.
    await until(
      'connections were transferred',
      () => cluster.logged('cluster: connection transferred to the owner of its session').length > 0,
    );
  });

  test('sockets of a killed worker reconnect to others, and WebSockets of other workers are not interrupted', async () => {
    const victim = workerOf(webSockets[0]!.sid);
    const affected = webSockets.filter(({ sid }) => workerOf(sid) === victim);
    const others = webSockets.filter(({ sid }) => workerOf(sid) !== victim);
    const [deadSid, sidsOfOthers] = [webSockets[0]!.sid, others.map(({ sid }) => sid)];
    cluster.kill(victim);

    await until('the affected clients have reconnected', () =>
      affected.every(({ connections, isJoined }) => connections > 1 && isJoined),
    );
    expect(affected.map(({ sid }) => workerOf(sid))).not.toContain(victim);
    await until('the replacement is listening', () => cluster.listening.size === 4);
    expect([...cluster.listening.keys()]).not.toContain(victim);
    expect(cluster.logged('cluster: worker exited, will be replaced')).toMatchObject([{ worker: victim }]);

    await until('all clients have joined the room', () => clients.every(({ isJoined }) => isJoined));
    const bodies = numbered(20, 'after the loss');
    await Promise.all(bodies.map((body, i) => clients[i * 2]!.say(body)));
    await everyClientShows(bodies);
    expect(others.map(({ sid }) => sid)).toEqual(sidsOfOthers);
    expect(others.map(({ connections }) => connections)).toEqual(others.map(() => 1));

    // To every worker, the session of the killed worker is unknown.
    for (const _ of cluster.listening) {
      const answer = await fetch(`${cluster.url}/primus/?EIO=4&transport=polling&sid=${deadSid}`);
      expect([answer.status, await answer.json()]).toEqual([400, { code: 1, message: 'Session ID unknown' }]);
    }
  });

  test('sockets reconnect to the same port after all workers were killed at once', async () => {
    for (const worker of cluster.listening.keys()) cluster.kill(worker);
    await until(
      'all clients have reconnected',
      () => clients.every(({ isJoined, connections }) => isJoined && connections > 1),
      25_000,
    );
    const bodies = numbered(5, 'after all');
    await Promise.all(bodies.map((body, i) => clients[i * 8]!.say(body)));
    await everyClientShows(bodies);
  }, 60_000);
});
