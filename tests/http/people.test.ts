import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { SocketClient } from '../support/socket-client.js';
import { cookieOfGuest, jsonOf, post } from './client.js';

const SUMMARY = 'secret-for-the-summary';
const FLUSHING = 'secret-for-flushing';

let database: TestDatabase;
let app: TestApp;
let room: string;
beforeAll(async () => {
  database = await openDatabase();
  app = await startTestApp({
    database,
    env: { PRESENCE_SUMMARY_TOKEN: SUMMARY, PRESENCE_FLUSH_TOKEN: FLUSHING },
  });
});
afterAll(async () => {
  await app.stop();
  await database.stop();
});
beforeEach(() => {
  room = `room-${randomUUID()}`;
});

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${app.url}${path}`, { headers });
  return { status: response.status, body: await jsonOf(response) };
};

const idOf = async (cookie: string) => (await get('/api/me', { cookie })).body.id_user;

describe('the users in a room', () => {
  test('both addresses list the sockets in a room with their two ids only', async () => {
    const cookies = [await cookieOfGuest(app.url, 'Ada'), await cookieOfGuest(app.url, 'Bob')];
    const sockets = [];
    for (const cookie of [...cookies, cookies[0]!]) {
      const socket = await SocketClient.open(app.url, { cookie });
      await socket.ask({ type: 'joinRoom', room });
      sockets.push(socket);
    }
    const ids = await Promise.all(cookies.map(idOf));
    const { status, body } = await get(`/${room}/users`);
    expect(status).toBe(200);
    expect(body).toHaveLength(3);
    for (const entry of body) expect(Object.keys(entry).sort()).toEqual(['id_socket', 'id_user']);
    expect(body.map(({ id_user }: { id_user: string }) => id_user).sort()).toEqual(
      [ids[0], ids[0], ids[1]].sort(),
    );
    expect((await get(`/api/rooms/${room}/users`)).body).toEqual(body);
    expect((await get(`/api/rooms/${room}`)).body).toMatchObject({ users: 2 });
    for (const socket of sockets) socket.close();
    await expect.poll(async () => (await get(`/${room}/users`)).body).toEqual([]);
  });

  test('the short address serves every room except those named like another address', async () => {
    expect((await get(`/${encodeURIComponent('a/b ü')}/users`)).body).toEqual([]);
    for (const own of ['api', 'r', 'ui', 'static', 'primus', 'name', 'icons', 'R', 'readyz'])
      expect(await (await fetch(`${app.url}/${own}/users`)).text()).not.toBe('[]');
    const page = await fetch(`${app.url}/r/users`, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('users · Changeroom');
    expect((await post(`${app.url}/r/users`, { body: 'hi' })).url).toBe(`${app.url}/r/users`);
    expect((await get('/api/rooms/api/users')).body).toEqual([]);
  });
});

describe('names of users', () => {
  test('the names of users are returned in the requested order', async () => {
    const [ada, bob] = await Promise.all(
      ['Cleo', 'Dora'].map(async (name) => idOf(await cookieOfGuest(app.url, name))),
    );
    await expect
      .poll(async () => (await get(`/api/users?id=${bob}&id=stranger&id=${ada}`)).body)
      .toEqual([
        { id_user: bob, name: 'Dora' },
        { id_user: ada, name: 'Cleo' },
      ]);
    expect((await get(`/api/users?id=${ada}`)).body).toEqual([{ id_user: ada, name: 'Cleo' }]);
    expect(await get(`/api/users/${bob}`)).toEqual({ status: 200, body: { id_user: bob, name: 'Dora' } });
  });

  test('a request for the names of no users or of too many users is refused', async () => {
    expect(await get('/api/users/stranger')).toMatchObject({ status: 404, body: { code: 'no-such-user' } });
    expect(await get('/api/users')).toMatchObject({
      status: 400,
      body: { code: 'bad-request', field: 'id' },
    });
    const many = Array.from({ length: 101 }, (_, i) => `id=${i}`).join('&');
    expect(await get(`/api/users?${many}`)).toMatchObject({
      status: 400,
      body: { code: 'bad-limit', field: 'id', limit: 100 },
    });
  });

  test('the names of users named like properties of Object.prototype are returned', async () => {
    expect((await get('/api/users/constructor')).status).toBe(404);
    expect((await get('/api/users?id=__proto__')).body).toEqual([]);
  });
});

describe('presence for operators', () => {
  test('the presence summary needs its token', async () => {
    const socket = await SocketClient.open(app.url);
    await socket.ask({ type: 'joinRoom', room });
    const summary = await get('/api/presence/summary', { authorization: `Bearer ${SUMMARY}` });
    expect(summary).toMatchObject({
      status: 200,
      body: { sockets: 1, users: 1, rooms: { [room]: { sockets: 1, users: 1 } }, partial: false },
    });
    socket.close();
  });

  test('the presence flush needs its own token', async () => {
    const flush = (secret: string) =>
      post(`${app.url}/api/presence/flush`, undefined, { authorization: `Bearer ${secret}` });
    expect(await jsonOf(await flush(FLUSHING))).toEqual({ dropped: 0 });
    expect((await flush(SUMMARY)).status).toBe(401);
  });

  test.each<Record<string, string>>([
    {},
    { authorization: `Bearer ${FLUSHING}` },
    { authorization: `Basic ${SUMMARY}` },
  ])('presence for operators is refused without the right token: %j', async (headers) => {
    const response = await fetch(`${app.url}/api/presence/summary`, { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('presence for operators does not exist if no token is set', async () => {
    const other = await startTestApp({ database });
    const headers = { authorization: 'Bearer undefined' };
    const summary = await fetch(`${other.url}/api/presence/summary`, { headers });
    const flush = await post(`${other.url}/api/presence/flush`, undefined, headers);
    expect([summary.status, flush.status]).toEqual([404, 404]);
    await other.stop();
  });
});
