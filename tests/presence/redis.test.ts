import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RedisAddress } from '../../server/config/redis-url.js';
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
/** Short, but long enough that leases do not expire on a busy machine. */
const QUICK = { windowMs: 20, sendMs: 5, heartbeatMs: 2_000 };
/** No lease expires, however slow the test is. */
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

  const open = (options: RedisPresenceOptions, address: Partial<RedisAddress> = {}) => {
    const presence = new RedisPresence({ url: server.url, keyPrefix: key, ...address }, log, options);
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

  test('the entries of a killed process disappear, and a flush deletes its keys', async () => {
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
    // The keys of the killed process still exist; a new process does not show their entries either.
    const late = await openUp(QUICK);
    expect((await late.users('lobby')).users).toEqual([person('mine')]);

    expect(await ours()).toHaveLength(5);
    expect(await late.flush()).toBe(2);
    expect(await node.flush()).toBe(0);
    expect(await ours()).toHaveLength(3);
  });

  test('the entries of a frozen process disappear, and return when it continues', async () => {
    const node = await openUp(QUICK);
    const child = await launch('theirs');
    const view = await RoomView.of(node, 'lobby');
    await sees(view, 'theirs');
    child.kill('SIGSTOP');
    await sees(view);
    // The keys of the frozen process are deleted; it writes them again.
    expect(await node.flush()).toBe(1);
    child.kill('SIGCONT');
    await sees(view, 'theirs');
    expect((await node.users('lobby')).users).toEqual([person('theirs')]);
  });

  test('both sides of a lost link receive only the difference when it is restored', async () => {
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
    await until('the loss is detected', () => cut.status.state === 'down' && views[0].partial);
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
    // Sockets that were present all the time are not in the deltas.
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

  test('changes during the first read of a room are not lost', async () => {
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
    // The typing event follows the changes on the same connection.
    await until('the changes are heard', () => {
      other.stopTyping('lobby', 'x');
      other.typing('lobby', { id_user: 'x', name: 'x' });
      return typing.length > 0;
    });
    release();
    await sees(await observing, 'late');
  });

  test('no socket leaves when Redis restarts empty', async () => {
    const nodes = [await openUp(PATIENT), await openUp(PATIENT)] as const;
    nodes[0].enter('lobby', person('a'));
    nodes[1].enter('lobby', person('b'));
    const views = [await RoomView.of(nodes[0], 'lobby'), await RoomView.of(nodes[1], 'lobby')];
    for (const view of views) await sees(view, 'a', 'b');
    await server.kill();
    await until('the loss is detected', () => views.every(({ partial }) => partial));
    await server.restart();
    for (const view of views) await sees(view, 'a', 'b');
    expect(views.flatMap(({ left }) => left)).toEqual([]);
    const late = await openUp(PATIENT);
    await until('all is written again', async () => (await late.users('lobby')).users.length === 2);
  });

  test('the entries of a process that ended during a restart of Redis disappear', async () => {
    const node = await openUp(QUICK);
    const child = await launch('theirs');
    const view = await RoomView.of(node, 'lobby');
    await sees(view, 'theirs');
    await server.kill();
    await end(child);
    await server.restart();
    await sees(view);
  });

  test('processes announce themselves again after FLUSHALL', async () => {
    const nodes = [await openUp(QUICK), await openUp(QUICK)] as const;
    nodes[0].enter('lobby', person('a'));
    nodes[1].enter('lobby', person('b'));
    const view = await RoomView.of(nodes[0], 'lobby');
    await sees(view, 'a', 'b');
    await redis.flushall();
    await until('all is written again', async () => (await ours()).length === 5);
    await sees(view, 'a', 'b');
  });

  test('a process that starts without Redis works alone, and shares its entries once Redis is available', async () => {
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
    await until('the typing event is received', () => typed.includes('c'));
  });

  test('a frozen Redis is detected, and no change is queued for it', async () => {
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

  test('a thousand changes are published in a few messages', async () => {
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

  test('a room of 3,000 sockets is shared completely', async () => {
    const node = await openUp(PATIENT);
    for (let i = 0; i < 3_000; i += 1) node.enter('lobby', person(`${i}`));
    const other = await openUp(PATIENT);
    await until('all are there', async () => (await other.users('lobby')).users.length === 3_000);
    const view = await RoomView.of(other, 'lobby');
    expect(view.users).toHaveLength(3_000);
    for (let i = 1; i < 3_000; i += 1) node.leave('lobby', `${i}`);
    await sees(view, '0');
  });

  test('the channels of a room are subscribed once for all observers, and unsubscribed after the last one', async () => {
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
    await until('no channel is subscribed', async () => (await listening()).length === 0);
    // A room that is observed again is complete again.
    const view = await RoomView.of(node, 'lobby');
    const other = await openUp(PATIENT);
    other.enter('lobby', person('a'));
    await sees(view, 'a');
  });

  test('deployments with another key or database are kept apart', async () => {
    const nodes = [
      open(PATIENT),
      open(PATIENT, { keyPrefix: `${key}x` }),
      open(PATIENT, { keyPrefix: `${key}:in` }),
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

  test('every key in Redis expires, and a stop deletes the keys of the process', async () => {
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

  test('entries that Redis has evicted are written again', async () => {
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

  test('the entries of a process that stops disappear at once', async () => {
    const nodes = [await openUp(PATIENT), await openUp(PATIENT)] as const;
    nodes[0].enter('lobby', person('a'));
    const view = await RoomView.of(nodes[1], 'lobby');
    await sees(view, 'a');
    await nodes[0].stop();
    await sees(view);
  });

  test('a process that has got a lease again is not evicted', async () => {
    const node = open(PATIENT);
    node.enter('lobby', person('a'));
    await up(node);
    const [id] = await redis.zrange(`${key}:nodes`, '0', '-1');
    const names = new Keys(key, 0);
    const evict = () =>
      redis.eval(scripts.evictNode.lua, 2, names.nodes, names.rooms(id!), id!, names.entriesOf(id!));
    expect(await evict()).toBe(0);
    expect(await ours()).toHaveLength(3);
    await redis.zadd(names.nodes, 1, id!);
    expect(await evict()).toBe(1);
    expect(await ours()).toEqual([]);
  });

  test('observers do not wait for a Redis that is unavailable', async () => {
    const proxy = await openProxy();
    proxy.cut();
    // A wait would last longer than the test.
    const node = open({ syncTimeoutMs: 600_000 }, { url: `redis://127.0.0.1:${proxy.port}` });
    node.enter('lobby', person('a'));
    const views = [await RoomView.of(node, 'lobby'), await RoomView.of(node, 'elsewhere')];
    expect(views.map(({ sockets }) => sockets)).toEqual([['a'], []]);
  });

  test('invalid messages and entries of other clients are ignored', async () => {
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
