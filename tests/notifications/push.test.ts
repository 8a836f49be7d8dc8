import { decodeJwt, importJWK, jwtVerify } from 'jose';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import webPush from 'web-push';
import { cookieOf, jsonOf, post, sendJson } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { skipWithout } from '../support/programs.js';
import { type PushService, startPushService } from '../support/push-service.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

describe('push notifications', skipWithout('openssl'), () => {
  let service: PushService;
  let app: TestApp;
  let other: TestApp;
  let driver: r.Connection;
  const keys = webPush.generateVAPIDKeys();

  beforeAll(async () => {
    service = await startPushService();
    const env = {
      SESSION_SECRET: 'the same secret for both of them',
      VAPID_PUBLIC_KEY: keys.publicKey,
      VAPID_PRIVATE_KEY: keys.privateKey,
      VAPID_SUBJECT: 'mailto:admin@example.org',
    };
    const policy = { isPublicOnly: false, ca: service.ca };
    const overrides = { push: { policy, collectMs: 50, roomIntervalMs: 100, renewMs: 500 } };
    app = await startTestApp({ env, overrides });
    other = await startTestApp({ env, overrides, database: app.database });
    driver = await app.database.connect();
  });
  afterAll(async () => {
    await other?.stop();
    await app?.stop();
    await service?.stop();
  });

  const subscriptionsOf = (id_user: string) =>
    r.table('push_subscriptions').filter({ id_user }).count().run(driver);

  async function user(name: string) {
    const cookie = cookieOf(await sendJson(`${app.url}/api/me`, 'PUT', { name }));
    const { id_user } = await jsonOf(await fetch(`${app.url}/api/me`, { headers: { cookie } }));
    const send = (method: string, path: string, body?: unknown) =>
      sendJson(`${app.url}${path}`, method, body, { cookie, 'accept-language': 'de' });
    const paths = () => service.received.filter(({ path }) => path === `/${name}`);
    return {
      id_user: String(id_user),
      cookie,
      send,
      join: (room: string) => send('POST', `/api/rooms/${room}/join`),
      subscribe: () => send('PUT', '/api/me/push-subscriptions', service.subscribe(name)),
      write: (room: string, body: string, url = app.url) =>
        post(`${url}/api/rooms/${room}/messages`, { body }, { cookie }),
      received: paths,
      titles: () => paths().map(({ content }) => content.title),
    };
  }

  test('a follower without an open page receives an encrypted push, from one process', async () => {
    const [ann, bob] = [await user('Ann'), await user('Bob')];
    await bob.join('tea');
    expect((await bob.subscribe()).status).toBe(204);
    const { id } = await jsonOf(await ann.write('tea', 'Is there **any** left?'));
    await until('the push', () => bob.received().length > 0);
    const [{ headers, content }] = bob.received() as [ReturnType<typeof bob.received>[0]];
    expect(content).toEqual({
      title: 'Ann in #tea',
      text: 'Is there any left?',
      url: `/r/tea?at=${id}`,
      tag: 'room:tea',
      language: 'de',
      sent: expect.any(Number),
    });
    expect(headers).toMatchObject({
      ttl: '86400',
      urgency: 'normal',
      topic: expect.stringMatching(/^[\w-]{32}$/),
    });
    const [, token = '', key] = /^vapid t=([^,]+), k=(.+)$/.exec(String(headers.authorization)) ?? [];
    expect(key).toBe(keys.publicKey);
    const point = Buffer.from(keys.publicKey, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
    await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x: x!, y: y! }, 'ES256'));
    expect(decodeJwt(token)).toMatchObject({
      sub: 'mailto:admin@example.org',
      aud: expect.stringContaining('https://localhost:'),
    });
    // The next message proves that no second push of the first one is under way.
    await ann.write('tea', 'One more', other.url);
    await until('the next push', () => bob.titles().length > 1);
    expect(bob.titles()).toEqual(['Ann in #tea', '2 neue Nachrichten in #tea']);
  });

  test('users with an open page in any process, of other rooms, and authors are not pushed', async () => {
    const [ann, present, elsewhere, absent] = [
      await user('Author'),
      await user('Present'),
      await user('Elsewhere'),
      await user('Absent'),
    ];
    for (const each of [ann, present, absent]) await each.join('cake');
    for (const each of [ann, present, elsewhere, absent]) await each.subscribe();
    await absent.send('PATCH', '/api/me/settings', { language: 'en' });
    const page = await SocketClient.open(app.url, { cookie: present.cookie });
    const second = await SocketClient.open(other.url, { cookie: present.cookie });
    for (const socket of [page, second]) {
      socket.send({ type: 'joinRoom', ref: 1, room: 'lobby' });
      await until('the room is joined', () => socket.latest('roomSnapshot') !== undefined);
    }
    await ann.write('cake', 'hello');
    await until('the push', () => absent.received().length > 0);
    expect(absent.titles()).toEqual(['Author in #cake']);
    for (const each of [ann, present, elsewhere]) expect(each.titles()).toEqual([]);
    page.close();
    second.close();
  });

  test('a mention by a row of any program is pushed at once, in rooms that the user may read', async () => {
    const [ann, bob] = [await user('Driver'), await user('Mentioned')];
    await bob.subscribe();
    await ann.send('POST', '/api/rooms', { name: 'secret', access: 'members' });
    const row = (room: string, body: string) => ({
      room,
      body,
      author: { id_user: ann.id_user, name: 'Driver' },
    });
    await r
      .table('messages')
      .insert(row('secret', `<@${bob.id_user}> hidden`))
      .run(driver);
    await r
      .table('messages')
      .insert(row('open', `<@${bob.id_user}> look`))
      .run(driver);
    await until('the push', () => bob.received().length > 0);
    expect(
      bob.received().map(({ content, headers }) => [content.title, content.text, headers.urgency]),
    ).toEqual([['Driver hat dich in #open erwähnt', '@Mentioned look', 'high']]);
  });

  test('levels of rooms, pauses and deleted messages are respected when the push is sent', async () => {
    const [ann, quiet, paused, last] = [
      await user('Loud'),
      await user('Quiet'),
      await user('Paused'),
      await user('Last'),
    ];
    for (const each of [quiet, paused, last]) {
      await each.join('pie');
      await each.subscribe();
    }
    await quiet.send('PATCH', '/api/me/settings', { notifications: { rooms: { pie: 'none' } } });
    await paused.send('PATCH', '/api/me/settings', { notifications: { paused_until: Date.now() + 60_000 } });
    const mentions = [quiet, paused, last].map(({ id_user }) => `<@${id_user}>`).join(' ');
    await ann.write('pie', mentions);
    await until('the push', () => last.received().length > 0);
    expect([quiet.titles(), paused.titles()]).toEqual([[], []]);
  });

  test('subscriptions end when the push service reports it, with their user, and on request', async () => {
    const [ann, gone, left] = [await user('Writer'), await user('Gone'), await user('Left')];
    for (const each of [gone, left]) {
      await each.join('end');
      await each.subscribe();
    }
    service.statuses.set('/Gone', 410);
    await ann.write('end', 'goodbye');
    await until('the subscription is removed', async () => (await subscriptionsOf(gone.id_user)) === 0);
    expect(await subscriptionsOf(left.id_user)).toBe(1);
    const listed = await jsonOf(
      await fetch(`${app.url}/api/me/push-subscriptions`, { headers: { cookie: left.cookie } }),
    );
    expect(listed).toMatchObject({
      public_key: keys.publicKey,
      subscriptions: [{ service: expect.stringContaining('localhost:') }],
    });
    expect((await left.send('DELETE', '/api/me/push-subscriptions', service.subscribe('Left'))).status).toBe(
      204,
    );
    expect(await subscriptionsOf(left.id_user)).toBe(0);
    await left.subscribe();
    await r.table('users').get(left.id_user).delete().run(driver);
    await until(
      'the subscriptions of a deleted user are removed',
      async () => (await subscriptionsOf(left.id_user)) === 0,
    );
  });

  test('nothing is pushed to a browser whose session has ended, and its subscription is removed', async () => {
    const [ann, bob] = [await user('Sender'), await user('Signed')];
    await bob.join('ended');
    await bob.subscribe();
    await r
      .table('push_subscriptions')
      .filter({ id_user: bob.id_user })
      .update({ session: 'ended' })
      .run(driver);
    await ann.write('ended', 'hello');
    await until('the subscription is removed', async () => (await subscriptionsOf(bob.id_user)) === 0);
    expect(bob.titles()).toEqual([]);
  });

  test('a user has at most 10 subscriptions, and a further one replaces the oldest', async () => {
    const ann = await user('Many');
    for (let i = 0; i < 12; i += 1)
      await ann.send('PUT', '/api/me/push-subscriptions', service.subscribe(`Many${i}`));
    const cursor = await r.table('push_subscriptions').filter({ id_user: ann.id_user }).run(driver);
    const names = (await cursor.toArray()).map(({ endpoint }) => String(endpoint).replace(/.*\//, ''));
    expect(names.sort()).toEqual(Array.from({ length: 10 }, (_, i) => `Many${i + 2}`).sort());
  });

  test.each([
    [{ endpoint: 'http://push.example.org/' }, 'endpoint'],
    [{ keys: undefined }, 'keys.auth'],
    [{ keys: { auth: 'AAAA', p256dh: '' } }, 'keys.auth'],
    [{ keys: { auth: 'AAAAAAAAAAAAAAAAAAAAAA', p256dh: 'BBBB' } }, 'keys.p256dh'],
    [{ keys: { auth: 'AAAAAAAAAAAAAAAAAAAAAA', p256dh: `BA${'A'.repeat(85)}` } }, 'keys.p256dh'],
  ])('an invalid subscription is refused: %j', async (part, field) => {
    const ann = await user('Wrong');
    const response = await ann.send('PUT', '/api/me/push-subscriptions', {
      ...service.subscribe('Wrong'),
      ...part,
    });
    expect(response.status).toBe(400);
    expect(await jsonOf(response)).toMatchObject({ code: 'bad-subscription', field });
  });

  test('another process takes over when one stops', async () => {
    const [ann, bob] = [await user('Stayer'), await user('Waiter')];
    await bob.join('late');
    await bob.subscribe();
    const [row] = await (await r.table('nodes').filter({ id: 'push' }).run(driver)).toArray();
    expect(row).toMatchObject({ pushed_by: expect.any(String) });
    await app.app.stop();
    await ann.write('late', 'after the end', other.url);
    await until('the push by the other process', () => bob.received().length > 0);
    expect(bob.titles()).toEqual(['Stayer in #late']);
  });
});
