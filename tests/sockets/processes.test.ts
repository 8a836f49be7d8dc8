import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cookieOfGuest } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { skipWithout } from '../support/programs.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

describe('two processes', skipWithout('redis-server'), () => {
  let redis: RedisServer;
  let database: TestDatabase;
  let here: TestApp;
  let there: TestApp;

  beforeAll(async () => {
    [redis, database] = await Promise.all([startRedis(), openDatabase()]);
    const env = { REDIS_URL: redis.url, LIMIT_MESSAGES: '5', SESSION_SECRET: 'the same for both of them' };
    const overrides = { presence: { windowMs: 20, sendMs: 10, heartbeatMs: 500 } };
    [here, there] = await Promise.all([
      startTestApp({ database, env, overrides }),
      startTestApp({ database, env, overrides }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([here?.stop(), there?.stop()]);
    await Promise.all([redis?.stop(), database?.stop()]);
  });

  const names = (client: SocketClient, room: string): string[] => {
    const known = new Map<string, string>();
    for (const frame of client.frames) {
      if (frame.type !== 'presence' || frame.room !== room) continue;
      if (frame.users) known.clear();
      for (const { id_socket, name } of [...(frame.users ?? []), ...(frame.joined ?? [])])
        known.set(id_socket, name);
      for (const id_socket of frame.left ?? []) known.delete(id_socket);
    }
    return [...known.values()].sort();
  };

  it('two processes share presence, typing and names', async () => {
    const [ann, bob] = [await SocketClient.open(here.url), await SocketClient.open(there.url)];
    for (const each of [ann, bob]) await each.ask({ type: 'joinRoom', room: 'shared' });
    for (const each of [ann, bob]) await until('both are seen', () => names(each, 'shared').length === 2);
    ann.send({ type: 'typing', room: 'shared' });
    await until('bob sees ann type', () => bob.latest('userTyping'));
    await ann.ask({ type: 'identityChange', name: 'Ann elsewhere' });
    await until('bob sees the name', () => names(bob, 'shared').includes('Ann elsewhere'));
    await until('bob gets the name', () => bob.latest('identityChanged')?.user.name === 'Ann elsewhere');
    ann.cut();
    await until('bob is alone', () => names(bob, 'shared').length === 1);
    bob.close();
  });

  it('typing is sent to no socket of the typing user, in either process', async () => {
    const cookie = await cookieOfGuest(here.url, 'Ann');
    const own = [
      await SocketClient.open(here.url, { cookie }),
      await SocketClient.open(there.url, { cookie }),
    ];
    const others = [await SocketClient.open(here.url), await SocketClient.open(there.url)];
    for (const each of [...own, ...others]) await each.ask({ type: 'joinRoom', room: 'typed' });
    for (const each of others) await until('presence', () => names(each, 'typed').length === 4);
    own[0]?.send({ type: 'typing', room: 'typed' });
    for (const each of others) {
      const { user } = await until('the typing of Ann', () => each.latest('userTyping'));
      expect(user).toEqual(own[1]?.latest('welcome')?.user);
    }
    // Frames of one socket keep their order: an echo would come before the response.
    for (const each of own) {
      await each.ask({ type: 'joinRoom', room: 'typed' });
      expect(each.latest('userTyping')).toBeUndefined();
    }
    for (const each of [...own, ...others]) each.close();
  });

  it('two processes count the messages of a user together', async () => {
    const cookie = await fetch(`${here.url}/api/me`).then(
      (answer) => answer.headers.get('set-cookie')!.split(';')[0]!,
    );
    const post = ({ url }: TestApp) => {
      const headers = { cookie, 'content-type': 'application/json' };
      return fetch(`${url}/api/rooms/limited/messages`, { method: 'POST', headers, body: '{"body":"x"}' });
    };
    const codes = [];
    for (let i = 0; i < 6; i += 1) codes.push((await post(i % 2 ? here : there)).status);
    expect(codes).toEqual([201, 201, 201, 201, 201, 429]);
  });

  it('two processes deliver messages during a Redis outage, report it, and share presence again afterwards', async () => {
    const [ann, bob] = [await SocketClient.open(here.url), await SocketClient.open(there.url)];
    for (const each of [ann, bob]) await each.ask({ type: 'joinRoom', room: 'alone' });
    await until('both are seen', () => names(ann, 'alone').length === 2);
    await redis.kill();
    await until('the presence is marked as partial', () => ann.latest('presence')?.partial);
    const ready = await fetch(`${here.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      dependencies: { database: { state: 'up' }, redis: { state: 'down' } },
    });
    await ann.ask({ type: 'createMessage', message: { room: 'alone', body: 'still here' } });
    await until('bob hears it', () => bob.latest('deliverMessage')?.message.body === 'still here');
    await redis.restart();
    await until(
      'it is whole again',
      () => ann.latest('presence')?.partial === false && names(ann, 'alone').length === 2,
      20_000,
    );
    for (const each of [ann, bob]) each.close();
  });
});
