import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../server/config/config.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { jsonOf, sendJson } from './client.js';

/** An app with a playground user, John, and another user, Mary. */
async function startWithUsers(): Promise<TestApp> {
  const app = await startTestApp();
  const users = [
    { id: '1', name: 'John', playground: true },
    { id: '2', name: 'Mary' },
  ];
  await r
    .table('users')
    .insert(users)
    .run(await app.database.connect());
  await until('the users', async () => (await fetch(`${app.url}/api/users/2`)).ok);
  return app;
}

describe('playground pages', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startWithUsers();
  });
  afterAll(() => app.stop());

  /** The state that the page passes to its script. */
  async function stateOf(path: string) {
    const html = await (await fetch(app.url + path)).text();
    return JSON.parse(/<script id="state"[^>]*>(.*?)<\/script>/s.exec(html)![1]!);
  }

  const form = (path: string, fields: Record<string, string>) =>
    fetch(app.url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

  test('a playground page exists for playground users only', async () => {
    const status = async (query: string) => (await fetch(`${app.url}/ui/Maths${query}`)).status;
    expect(await status('?id_user=1')).toBe(200);
    expect(await status('?id_user=2')).toBe(404);
    expect(await status('?id_user=3')).toBe(404);
    expect(await status('?id_user=1&id_user=1')).toBe(404);
    expect(await status('')).toBe(404);
    const answer = await fetch(`${app.url}/ui/Maths?id_user=2`, { headers: { accept: 'application/json' } });
    expect(await jsonOf(answer)).toMatchObject({ code: 'no-such-user', field: 'id_user' });
  });

  test('the page of an unknown playground user names the command that creates them', async () => {
    for (const path of ['/ui/Maths?id_user=4', '/ui/Maths']) {
      const html = await (await fetch(app.url + path, { headers: { accept: 'text/html' } })).text();
      expect(html).toContain('npm run seed');
    }
  });

  test('a playground page sets no cookie and contains a token that the API accepts', async () => {
    const page = await fetch(`${app.url}/ui/Maths?id_user=1`);
    expect(page.headers.getSetCookie()).toEqual([]);
    const { as, user } = await stateOf('/ui/Maths?id_user=1');
    expect(user).toEqual({ id_user: '1', name: 'John' });
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const me = (token: string) => fetch(`${app.url}/api/me`, { headers: bearer(token) });
    const known = await me(as.signed);
    expect(await jsonOf(known)).toEqual({ id_user: '1', name: 'John' });
    expect(known.headers.getSetCookie()).toEqual([]);
    expect(await jsonOf(await me(`${as.signed}x`))).toMatchObject({ status: 401, code: 'bad-token' });
    const renamed = await sendJson(`${app.url}/api/me`, 'PUT', { name: 'Johnny' }, bearer(as.signed));
    expect(await jsonOf(renamed)).toEqual({ id_user: '1', name: 'Johnny' });
    expect(renamed.headers.getSetCookie()).toEqual([]);
  });

  test('the forms and links of a playground page keep its user', async () => {
    const posted = await form('/ui/Maths?id_user=1', { body: 'by a form' });
    expect(posted.headers.get('location')).toBe('/ui/Maths?id_user=1');
    const { messages } = await jsonOf(await fetch(`${app.url}/api/rooms/Maths/messages`));
    expect(messages.at(-1)).toMatchObject({ body: 'by a form', author: { id_user: '1' } });
    const created = await form('/rooms?id_user=1', { name: 'Physics', topic: '', access: 'members' });
    expect(created.headers.get('location')).toBe('/ui/Physics?id_user=1');
    expect((await fetch(`${app.url}/ui/Physics?id_user=1`)).status).toBe(200);
    expect((await fetch(`${app.url}/r/Physics`)).status).toBe(403);
    const left = await form('/ui/Physics/leave?id_user=1', {});
    expect([left.status, left.headers.get('location')]).toEqual([303, '/ui/Physics?id_user=1']);
    expect((await fetch(`${app.url}/ui/Physics?id_user=1`)).status).toBe(403);
    const named = await form('/name?id_user=1', { room: 'Maths', name: 'Jon' });
    expect(named.headers.get('location')).toBe('/ui/Maths?id_user=1');
    const html = await (await fetch(`${app.url}/ui/Maths?id_user=1`)).text();
    expect(html).toContain('href="/ui/lobby?id_user=1"');
    expect(html).toContain('value="Jon"');
    expect(html).not.toContain('href="/"');
  });
});

describe('sockets of playground users', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startWithUsers();
  });
  afterAll(() => app.stop());

  test('the parameter id_user of its address connects a socket as a playground user', async () => {
    const john = await SocketClient.open(app.url, {}, { id_user: '1' });
    expect(john.latest('welcome')?.user).toEqual({ id_user: '1', name: 'John' });
    await john.ask({ type: 'joinRoom', room: 'Maths' });
    const present = await jsonOf(await fetch(`${app.url}/Maths/users`));
    expect(present).toEqual([{ id_socket: john.latest('welcome')?.id_socket, id_user: '1' }]);
    john.close();
  });

  test('a socket cannot connect as a guest, as a user who is not a playground user, or with an unknown id', async () => {
    const guest = await SocketClient.open(app.url);
    const { id_user } = guest.latest('welcome')!.user;
    await guest.ask({ type: 'identityChange', name: 'Greta' });
    for (const id of [id_user!, '2', '3', '']) {
      const socket = await SocketClient.open(app.url, {}, { id_user: id });
      expect(socket.frames).toMatchObject([{ type: 'error', code: 'no-such-user' }]);
      expect(await socket.ask({ type: 'joinRoom', room: 'Maths' })).toMatchObject({ code: 'login-required' });
      socket.close();
    }
    guest.close();
  });

  test('a token takes precedence over the parameter id_user', async () => {
    const created = await fetch(`${app.url}/api/guests`, { method: 'POST' });
    const { token, id_user } = await jsonOf(created);
    const socket = await SocketClient.open(app.url, { authorization: `Bearer ${token}` }, { id_user: '1' });
    expect(socket.latest('welcome')?.user.id_user).toBe(id_user);
    socket.close();
  });
});

describe('a server without playground mode', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ env: { PLAYGROUND: 'false' } });
    const user = { id: '1', name: 'John', playground: true };
    await r
      .table('users')
      .insert(user)
      .run(await app.database.connect());
    await until('the user', async () => (await fetch(`${app.url}/api/users/1`)).ok);
  });
  afterAll(() => app.stop());

  test('pages and forms under /ui do not exist, also for playground users', async () => {
    const accept = { accept: 'application/json' };
    for (const path of ['/ui/Maths?id_user=1', '/ui/Maths', '/ui?id_user=1', '/rooms/new?id_user=1']) {
      const answer = await fetch(app.url + path, { headers: accept });
      expect([answer.status, (await jsonOf(answer)).code]).toEqual([404, 'playground-off']);
    }
    const body = new URLSearchParams({ body: 'hi' });
    const posted = await fetch(`${app.url}/ui/Maths?id_user=1`, { method: 'POST', body, headers: accept });
    expect(posted.status).toBe(404);
    expect((await jsonOf(await fetch(`${app.url}/api/rooms/Maths/messages`))).messages).toEqual([]);
  });

  test('a socket with the parameter id_user is refused', async () => {
    const socket = await SocketClient.open(app.url, {}, { id_user: '1' });
    expect(socket.frames).toMatchObject([{ type: 'error', code: 'playground-off' }]);
    socket.close();
  });

  test('playground mode is on by default, and off in production', () => {
    expect(readConfig({}).playground).toBe(true);
    expect(readConfig({ NODE_ENV: 'production' }).playground).toBe(false);
    expect(readConfig({ NODE_ENV: 'production', PLAYGROUND: 'true' }).playground).toBe(true);
    expect(readConfig({ PLAYGROUND: 'false' }).playground).toBe(false);
  });
});

describe('servers with accounts', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ env: { AUTH: 'accounts', AUTH_SERVER: 'http://127.0.0.1:9/me' } });
  });
  afterAll(() => app.stop());

  test('a server with accounts has no playground pages', async () => {
    const answer = await fetch(`${app.url}/ui/Maths?id_user=1`, { headers: { accept: 'application/json' } });
    expect(await jsonOf(answer)).toMatchObject({ status: 404, code: 'playground-off' });
  });

  test('a server with accounts shows a page that asks to sign in', async () => {
    const answer = await fetch(app.url, { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain('Sign in at your provider');
  });
});
