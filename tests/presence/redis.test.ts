import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Keys } from '../../server/presence/redis/keys.js';
import { KEEP_MS } from '../../server/presence/redis/node-lease.js';
import { scripts } from '../../server/presence/redis/scripts.js';
import { RedisPresence, type RedisPresenceOptions } from '../../server/presence/redis-presence.js';
import { createLog } from '../../server/telemetry/logger.js';
import { skipWithout } from '../support/programs.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { ManualClock } from './manual-clock.js';
import { RoomView } from './room-view.js';

const log = createLog({ log: 'silent' });
/** Quick, but slow enough that a busy machine does not lose its leases all the time. */
const QUICK = { windowMs: 20, sendMs: 5, heartbeatMs: 2_000 };
/** Nobody is given up however slow the test is. */
const PATIENT = { ...QUICK, heartbeatMs: 60_000 };

describe('presence of several processes in Redis', skipWithout('redis-server'), () => {
  let server: RedisServer;
  let redis: Redis;
  let key: string;
  let keys = 0;
  const started: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    key = `test-${++keys}`;
    redis = new Redis(server.port, { lazyConnect: true, retryStrategy: () => 50 });
    redis.on('error', () => {});
  });
  afterEach(async () => {
    for (const each of started.splice(0).reverse()) await each.stop();
    redis.disconnect();
  });

  const open = (options: RedisPresenceOptions, address: { url?: string; key?: string } = {}) => {
    const presence = new RedisPresence({ url: server.url, key, ...address }, log, options);
    started.push(presence);
    presence.start();
    return presence;
  };
  const up = async (...nodes: RedisPresence[]) => {
    await until('all are up', () => nodes.every(({ status }) => status.state === 'up'));
  };
  const openUp = async (options: RedisPresenceOptions) => {
    const presence = open(options);
    await up(presence);
    return presence;
  };
  const openProxy = async (): Promise<TcpProxy> => {
    const proxy = await startTcpProxy(server.port);
    started.push(proxy);
    return proxy;
  };
  const launch = async (...sockets: string[]) => {
    const args = [server.url, key, String(QUICK.heartbeatMs), 'lobby', ...sockets];
    const child = spawn(process.execPath, ['--import', 'tsx', 'tests/presence/node-process.ts', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push({ stop: () => end(child) });
    const [text] = await once(child.stdout, 'data');
    expect(String(text)).toBe('up\n');
    return child;
  };
  const sees = (view: RoomView, ...sockets: string[]) =>
    until(
      `${sockets} are shown`,
      () => JSON.stringify(view.sockets) === JSON.stringify(sockets) && !view.partial,
    );
  const published = async () =>
    Number(/cmdstat_publish:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
  const ours = async () => (await redis.keys('*')).filter((name) => name.startsWith(`${key}:`));

  test('forgets a process that was killed, and frees what it has left', async () => {
    const node = await openUp(QUICK);
    node.enter('lobby', person('mine'));
    const child = await launch('theirs 1', 'theirs 2');
    const view = await RoomView.of(node, 'lobby');
    await sees(view, 'mine', 'theirs 1', 'theirs 2');

    await end(child);
    await sees(view, 'mine');
    expect(view.left.sort()).toEqual(['theirs 1', 'theirs 2']);
    expect((await node.users('lobby')).users).toEqual([person('mine')]);
    expect(await node.summary()).toMatchObject({ sockets: 1, users: 1, partial: false });
    // Nobody came to read the dead one's entries; another node does not see them either.
    const late = await openUp(QUICK);
    expect((await late.users('lobby')).users).toEqual([person('mine')]);

    expect(await ours()).toHaveLength(5);
    expect(await late.flush()).toBe(2);
    expect(await node.flush()).toBe(0);
    expect(await ours()).toHaveLength(3);
  });

  test('gives a process up that hangs, and takes it back when it goes on', async () => {
    const node = await openUp(QUICK);
    const child = await launch('theirs');
    const view = await RoomView.of(node, 'lobby');
    await sees(view, 'theirs');
    child.kill('SIGSTOP');
    await sees(view);
    // Even what it had written is gone meanwhile: it writes it again.
    expect(await node.flush()).toBe(1);
    child.kill('SIGCONT');
    await sees(view, 'theirs');
    expect((await node.users('lobby')).users).toEqual([person('theirs')]);
  });

  test('makes up for a lost link on both sides, told as the difference', async () => {
    const proxy = await openProxy();
    const cut = open(PATIENT, { url: `redis://127.0.0.1:${proxy.port}` });
    const other = open(PATIENT);
    await up(cut, other);
    for (const name of ['c1', 'c2', 'c3']) cut.enter('lobby', person(name));
    for (const name of ['o1', 'o2']) other.enter('lobby', person(name));
    cut.enter('left', person('c1'));
    const views = [await RoomView.of(cut, 'lobby'), await RoomView.of(other, 'lobby')] as const;
    for (const view of views) await sees(view, 'c1', 'c2', 'c3', 'o1', 'o2');
    for (const view of views) view.deltas.length = 0;

    proxy.cut();
    await until('the loss is told', () => cut.status.state === 'down' && views[0].partial);
    cut.leave('lobby', 'c1');
    cut.leave('left', 'c1');
    cut.enter('lobby', person('c4'));
    cut.rename('c2', 'Cecil');
    other.leave('lobby', 'o1');
    other.enter('lobby', person('o3'));
    other.enter('elsewhere', person('o3'));
    await until(
      'each sees its own',
      () => views[0].sockets.includes('c4') && views[1].sockets.includes('o3'),
    );
    expect(views[0].sockets).toEqual(['c2', 'c3', 'c4', 'o1', 'o2']);
    expect(views[1].sockets).toEqual(['c1', 'c2', 'c3', 'o2', 'o3']);
    expect(await cut.users('lobby')).toEqual({ users: views[0].users, partial: true });
    expect(await cut.users('elsewhere')).toEqual({ users: [], partial: true });
    expect((await cut.counts(['lobby', 'elsewhere'])).partial).toBe(true);
    expect(await cut.summary()).toMatchObject({ sockets: 3, partial: true });
    expect(await cut.flush()).toBe(0);

    proxy.mend();
    for (const view of views) await sees(view, 'c2', 'c3', 'c4', 'o2', 'o3');
    await until('the name', () => views[1].users[0]!.name === 'Cecil');
    expect(views[0].users).toEqual(views[1].users);
    // Those who were there all the time are not mentioned.
    const mentioned = views.map(({ deltas }) =>
      deltas.flatMap(({ joined, left }) => [...joined.map(({ id_socket }) => id_socket), ...left]).sort(),
    );
    expect(mentioned).toEqual([
      ['c1', 'c4', 'o1', 'o3'],
      ['c1', 'c4', 'o1', 'o3'],
    ]);
    expect(views.flatMap(({ faults }) => faults)).toEqual([]);
    await until('it counts as up', () => cut.status.state === 'up');
    expect(await cut.users('elsewhere')).toEqual({ users: [person('o3')], partial: false });
    expect(await other.users('left')).toEqual({ users: [], partial: false });
  });

  test('loses nobody who comes or goes while a room is being read', async () => {
    const proxy = await openProxy();
    const node = open(PATIENT, { url: `redis://127.0.0.1:${proxy.port}` });
    const other = open(PATIENT);
    await up(node, other);
    other.enter('lobby', person('early'));
    await until('it is written', async () => (await ours()).length === 3);
    const typing: string[] = [];
    node.observeTyping('lobby', ({ user }) => typing.push(user.name));

    await redis.config('RESETSTAT');
    const holding = proxy.holdAnswersTo('hgetall');
    const observing = RoomView.of(node, 'lobby');
    const release = await holding;
    await until('Redis has answered', async () => /cmdstat_hgetall/.test(await redis.info('commandstats')));
    other.enter('lobby', person('late'));
    other.leave('lobby', 'early');
    const [hash] = (await ours()).filter((name) => name.includes(':in:'));
    await until('it is written', async () => (await redis.hkeys(hash!)).join() === '"late"');
    // What is heard after the changes comes by the same connection as they do.
    await until('the changes are heard', () => {
      other.stopTyping('lobby', 'x');
      other.typing('lobby', { id_user: 'x', name: 'x' });
      return typing.length > 0;
    });
    release();
    await sees(await observing, 'late');
  });

  test('lets nobody leave because Redis was restarted empty', async () => {
    const nodes = [await openUp(PATIENT), await openUp(PATIENT)] as const;
    nodes[0].enter('lobby', person('a'));
    nodes[1].enter('lobby', person('b'));
    const views = [await RoomView.of(nodes[0], 'lobby'), await RoomView.of(nodes[1], 'lobby')];
    for (const view of views) await sees(view, 'a', 'b');
    await server.kill();
    await until('the loss is told', () => views.every(({ partial }) => partial));
    await server.restart();
    for (const view of views) await sees(view, 'a', 'b');
    expect(views.flatMap(({ left }) => left)).toEqual([]);
    const late = await openUp(PATIENT);
    await until('all is written again', async () => (await late.users('lobby')).users.length === 2);
  });

  test('forgets who did not come back after Redis was restarted', async () => {
    const node = await openUp(QUICK);
    const child = await launch('theirs');
    const view = await RoomView.of(node, 'lobby');
    await sees(view, 'theirs');
    await server.kill();
    await end(child);
    await server.restart();
    await sees(view);
  });

  test('announces itself again when Redis has forgotten everything', async () => {
    const nodes = [await openUp(QUICK), await openUp(QUICK)] as const;
    nodes[0].enter('lobby', person('a'));
    nodes[1].enter('lobby', person('b'));
    const view = await RoomView.of(nodes[0], 'lobby');
    await sees(view, 'a', 'b');
    await redis.flushall();
    await until('all is written again', async () => (await ours()).length === 5);
    await sees(view, 'a', 'b');
  });

  test('works alone when Redis is not there, and joins the others when it comes', async () => {
    const proxy = await openProxy();
    proxy.cut();
    const node = open(QUICK, { url: `redis://127.0.0.1:${proxy.port}` });
    expect(node.status.state).toBe('connecting');
    node.enter('lobby', person('a'));
    const early = await RoomView.of(node, 'lobby');
    expect(early.sockets).toEqual(['a']);
    expect(early.partial).toBe(true);
    await until('it is down', () => node.status.state === 'down' && node.status.reason);
    const view = await RoomView.of(node, 'lobby');
    node.enter('lobby', person('b'));
    await until('b is shown', () => view.sockets.includes('b') && early.sockets.includes('b'));
    const typed: string[] = [];
    node.observeTyping('lobby', ({ user }) => typed.push(user.name));
    node.typing('lobby', { id_user: 'a', name: 'a' });
    expect(typed).toEqual(['a']);

    const other = await openUp(QUICK);
    other.enter('lobby', person('c'));
    proxy.mend();
    await sees(view, 'a', 'b', 'c');
    await sees(early, 'a', 'b', 'c');
    const there = await RoomView.of(other, 'lobby');
    await sees(there, 'a', 'b', 'c');
    expect(view.left).toEqual([]);
    other.typing('lobby', { id_user: 'c', name: 'c' });
    await until('typing is heard', () => typed.includes('c'));
  });

  test('notices a Redis that is silent, and keeps nothing waiting for it', async () => {
    const node = await openUp(QUICK);
    const view = await RoomView.of(node, 'lobby');
    await redis.config('RESETSTAT');
    server.signal('SIGSTOP');
    try {
      node.enter('lobby', person('a'));
      const answer = node.users('elsewhere');
      let changes = 0;
      await until('it is down', () => {
        for (let i = 0; i < 100; i += 1) node.enter('lobby', { ...person('a'), name: `${++changes}` });
        return node.status.state === 'down' && view.partial;
      });
      expect(await answer).toEqual({ users: [], partial: true });
      expect(changes).toBeGreaterThan(1_000);
    } finally {
      server.signal('SIGCONT');
    }
    await until('it is up and shown so', () => node.status.state === 'up' && !view.partial);
    expect(view.sockets).toEqual(['a']);
    expect(await published()).toBeLessThan(10);
  });

  test('tells others of a thousand changes in a few messages', async () => {
    const node = await openUp(PATIENT);
    const other = await openUp(PATIENT);
    const view = await RoomView.of(other, 'lobby');
    await redis.config('RESETSTAT');
    for (let i = 0; i < 1_000; i += 1) {
      node.enter('lobby', person(`${i}`));
      if (i > 0) node.leave('lobby', `${i}`);
    }
    await sees(view, '0');
    expect(Number(/cmdstat_publish:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1])).toBeLessThan(
      10,
    );
  });

  test('carries a room of thousands', async () => {
    const node = await openUp(PATIENT);
    for (let i = 0; i < 3_000; i += 1) node.enter('lobby', person(`${i}`));
    const other = await openUp(PATIENT);
    await until('all are there', async () => (await other.users('lobby')).users.length === 3_000);
    const view = await RoomView.of(other, 'lobby');
    expect(view.users).toHaveLength(3_000);
    for (let i = 1; i < 3_000; i += 1) node.leave('lobby', `${i}`);
    await sees(view, '0');
  });

  test('listens to a room once for any number of observers, and to none that nobody observes', async () => {
    const node = await openUp(PATIENT);
    const views = await Promise.all([1, 2, 3].map(() => RoomView.of(node, 'lobby')));
    const ends = [1, 2, 3].map(() => node.observeTyping('lobby', () => {}));
    const listening = async () => {
      const channels = ((await redis.pubsub('CHANNELS', `${key}/*`)) as string[]).filter((name) =>
        name.includes('"lobby"'),
      );
      const counts = (await redis.pubsub('NUMSUB', ...channels)) as (string | number)[];
      return counts.filter((_, i) => i % 2).map(Number);
    };
    await until('one for the room and one for typing', async () => `${await listening()}` === '1,1');
    for (const view of views) view.stop();
    for (const end of ends) end();
    await until('none', async () => (await listening()).length === 0);
    // Coming back is as good as coming.
    const view = await RoomView.of(node, 'lobby');
    const other = await openUp(PATIENT);
    other.enter('lobby', person('a'));
    await sees(view, 'a');
  });

  test('keeps deployments apart by key and by database', async () => {
    const nodes = [
      open(PATIENT),
      open(PATIENT, { key: `${key}x` }),
      open(PATIENT, { key: `${key}:in` }),
      open(PATIENT, { url: `${server.url}/1` }),
    ];
    await up(...nodes);
    const views = await Promise.all(nodes.map((node) => RoomView.of(node, 'lobby')));
    for (const [i, node] of nodes.entries()) node.enter('lobby', person(`in ${i}`));
    for (const [i, view] of views.entries()) await sees(view, `in ${i}`);
    for (const [i, node] of nodes.entries()) {
      await until('it is written', async () => (await redis.dbsize()) > 0);
      expect((await node.users('lobby')).users).toEqual([person(`in ${i}`)]);
      expect(views[i]!.faults).toEqual([]);
    }
  });

  test('leaves nothing in Redis that stays', async () => {
    const node = open(PATIENT);
    node.enter('lobby', person('a'));
    await up(node);
    node.enter('elsewhere', person('a'));
    await until('it is written', async () => (await ours()).length === 4);
    const lives = await Promise.all((await ours()).map((name) => redis.pttl(name)));
    for (const life of lives) expect(life).toBeGreaterThan(0);
    node.leave('elsewhere', 'a');
    await until('an empty room is gone', async () => (await ours()).length === 3);
    await node.stop();
    expect(await ours()).toEqual([]);
  });

  test('puts back what Redis has thrown out', async () => {
    const clock = new ManualClock();
    const node = open({ clock, heartbeatMs: 1e9 });
    node.enter('lobby', person('a'));
    await up(node);
    const [hash] = (await ours()).filter((name) => name.includes(':in:'));
    await redis.del(hash!);
    clock.advance(KEEP_MS / 3);
    await until('it is written', () => {
      clock.advance(50);
      return redis.exists(hash!);
    });
  });

  test('is gone at once for everybody when it stops', async () => {
    const nodes = [await openUp(PATIENT), await openUp(PATIENT)] as const;
    nodes[0].enter('lobby', person('a'));
    const view = await RoomView.of(nodes[1], 'lobby');
    await sees(view, 'a');
    await nodes[0].stop();
    await sees(view);
  });

  test('does not bury a process that has come back meanwhile', async () => {
    const node = open(PATIENT);
    node.enter('lobby', person('a'));
    await up(node);
    const [id] = await redis.zrange(`${key}:nodes`, '0', '-1');
    const names = new Keys(key, 0);
    const bury = () =>
      redis.eval(scripts.evictNode.lua, 2, names.nodes, names.rooms(id!), id!, names.entriesOf(id!));
    expect(await bury()).toBe(0);
    expect(await ours()).toHaveLength(3);
    await redis.zadd(names.nodes, 1, id!);
    expect(await bury()).toBe(1);
    expect(await ours()).toEqual([]);
  });

  test('lets no observer wait for a Redis that cannot be reached', async () => {
    const proxy = await openProxy();
    proxy.cut();
    // A wait would last longer than the test.
    const node = open({ syncTimeoutMs: 600_000 }, { url: `redis://127.0.0.1:${proxy.port}` });
    node.enter('lobby', person('a'));
    const views = [await RoomView.of(node, 'lobby'), await RoomView.of(node, 'elsewhere')];
    expect(views.map(({ sockets }) => sockets)).toEqual([['a'], []]);
  });

  test('is not confused by what others write', async () => {
    const node = await openUp(QUICK);
    const other = await openUp(QUICK);
    other.enter('lobby', person('a'));
    const view = await RoomView.of(node, 'lobby');
    await sees(view, 'a');
    const hash = (await ours()).find((name) => name.includes(':in:'))!;
    await redis.hset(hash, { nonsense: 'nonsense', '"b"': 'nonsense', '"c"': '["one"]' });
    const id = hash.split(':')[2]!;
    for (const channel of [`${key}/0:nodes`, `${key}/0:room:"lobby"`, `${key}/0:typing:"lobby"`]) {
      const messages = ['', '{', 'null', '[]', '{"node":1}', '{"node":"x","is":"announced"}'];
      messages.push(`{"node":"${id}","is":"announced"}`, `{"node":"${id}","present":[["x"]],"gone":[]}`);
      messages.push('{"node":"x","present":[["x","x","x"]],"gone":["a"]}');
      for (const message of messages) await redis.publish(channel, message);
    }
    other.enter('lobby', person('z'));
    await sees(view, 'a', 'z');
    expect((await node.users('lobby')).users).toEqual([person('a'), person('z')]);
    expect(node.status.state).toBe('up');
    expect(view.left).toEqual([]);
  });
});

function person(name: string) {
  return { id_socket: name, id_user: name, name };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}
