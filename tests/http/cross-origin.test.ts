import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { exchange } from '../support/raw-http.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { cookieOfGuest, jsonOf, post, sendJson } from './client.js';

const ALLOWED = 'https://app.example.org';
const FOREIGN = 'https://evil.example';
const POLLING = '/primus/?EIO=4&transport=polling';

let app: TestApp;
const env = { ALLOWED_ORIGINS: `${ALLOWED}, https://*.preview.example.org` };
beforeAll(async () => {
  app = await startTestApp({ env });
});
afterAll(() => app?.stop());

const from = (origin: string, path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
  fetch(app.url + path, { redirect: 'manual', ...init, headers: { origin, ...init.headers } });

const corsHeaders = ({ headers }: Response) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control'));

const preflight = (origin: string, path: string, method = 'POST') =>
  from(origin, path, {
    method: 'OPTIONS',
    headers: {
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  });

const createGuest = async (): Promise<{ id_user: string; name: string; token: string }> =>
  jsonOf(await from(ALLOWED, '/api/guests', { method: 'POST' }));

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('requests of an allowed origin', () => {
  test.each([
    ['/api/rooms', 200],
    ['/api/openapi.json', 200],
    ['/api/rooms/lobby/events', 200],
    ['/lobby/users', 200],
    ['/healthz', 200],
    ['/readyz', 200],
    [POLLING, 200],
    ['/api/nowhere', 404],
    ['/api/rooms?limit=x', 400],
    ['/api/presence/summary', 404],
    ['/api/me', 401],
    ['/primus/?EIO=4&transport=x', 400],
    ['//a@[', 400],
  ])('the answer to GET %s can be read, and depends on the origin', async (path, status) => {
    const abort = new AbortController();
    const target = path.startsWith('//')
      ? await rawStatus(path)
      : await from(ALLOWED, path, { signal: abort.signal });
    expect(target.status).toBe(status);
    expect(target.headers.get('access-control-allow-origin')).toBe(ALLOWED);
    expect(target.headers.get('access-control-expose-headers')).toContain('Retry-After');
    expect(target.headers.get('access-control-allow-credentials')).toBeNull();
    expect(target.headers.get('vary')).toMatch(/^Origin\b/);
    expect(target.headers.getSetCookie()).toEqual([]);
    abort.abort();
  });

  /** A target that fetch would not send. */
  async function rawStatus(path: string): Promise<Response> {
    const { status, headers } = await exchange(
      app.url,
      `GET ${path} HTTP/1.1\r\nHost: ${new URL(app.url).host}\r\nOrigin: ${ALLOWED}\r\n\r\n`,
    );
    return new Response(null, { status, headers: headers as Record<string, string> });
  }

  test.each([
    ['/api/rooms', 'GET, POST'],
    ['/api/rooms/lobby/messages', 'GET, POST'],
    ['/api/rooms/lobby/messages/x', 'GET, PATCH, DELETE'],
    ['/api/rooms/lobby/events', 'GET'],
    ['/api/me', 'GET, PUT'],
    ['/api/guests', 'POST'],
    ['/lobby/users', 'GET'],
    [POLLING, 'GET, POST'],
  ])('a preflight request to %s is answered with the methods of the resource', async (path, methods) => {
    const response = await preflight(ALLOWED, path);
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(ALLOWED);
    expect(response.headers.get('access-control-allow-methods')).toBe(methods);
    expect(response.headers.get('access-control-allow-headers')).toContain('Authorization');
    expect(response.headers.get('access-control-max-age')).toBe('7200');
  });

  test('an origin that a wildcard allows can read, and is named in the answer', async () => {
    const response = await from('https://pr-7.preview.example.org', '/api/rooms');
    expect(response.headers.get('access-control-allow-origin')).toBe('https://pr-7.preview.example.org');
  });

  test('cookies of an allowed origin are ignored', async () => {
    const cookie = await cookieOfGuest(app.url, 'Ada');
    const body = new URLSearchParams({ body: 'with a cookie' });
    const write = await from(ALLOWED, '/api/rooms/lobby/messages', {
      method: 'POST',
      body,
      headers: { cookie },
    });
    expect(write.status).toBe(401);
    expect(await jsonOf(write)).toMatchObject({ code: 'login-required' });
    expect((await from(ALLOWED, '/api/me', { headers: { cookie } })).status).toBe(401);
    expect((await from(ALLOWED, '/api/me', { method: 'PUT', body: 'Eve', headers: { cookie } })).status).toBe(
      401,
    );
    const own = await fetch(`${app.url}/api/me`, { headers: { cookie, origin: app.url } });
    const { id_user } = await jsonOf(own);
    const socket = await SocketClient.open(app.url, { cookie, origin: ALLOWED });
    expect(socket.latest('welcome')?.user.id_user).not.toBe(id_user);
    socket.close();
  });

  test('the pages and forms of the server refuse allowed origins', async () => {
    for (const path of ['/', '/r/lobby', '/rooms/new', '/ui/Maths?id_user=1']) {
      const read = await from(ALLOWED, path);
      expect([path, read.status, corsHeaders(read)]).toEqual([path, 403, []]);
      expect(read.headers.getSetCookie()).toEqual([]);
    }
    for (const path of ['/r/lobby', '/name', '/rooms', '/r/lobby/join']) {
      const body = new URLSearchParams({ body: 'x', name: 'x' });
      expect((await from(ALLOWED, path, { method: 'POST', body })).status).toBe(403);
    }
  });

  test('a refused request of an allowed origin can be read', async () => {
    const limited = await startTestApp({ env: { ...env, LIMIT_REQUESTS: '1', TRUST_PROXY: 'loopback' } });
    try {
      const headers = { origin: ALLOWED, 'x-forwarded-for': '203.0.113.7' };
      await fetch(`${limited.url}/api/rooms`, { headers });
      for (const path of ['/api/rooms', POLLING]) {
        const response = await fetch(limited.url + path, { headers });
        expect(response.status).toBe(429);
        expect(response.headers.get('access-control-allow-origin')).toBe(ALLOWED);
      }
    } finally {
      await limited.stop();
    }
  });
});

describe('guests without cookies', () => {
  test('a new guest writes, edits and renames itself with its token', async () => {
    const { id_user, name, token } = await createGuest();
    expect(name).toMatch(/^Guest \d+$/);
    const headers = { origin: ALLOWED, ...bearer(token) };
    const messages = `${app.url}/api/rooms/tokens/messages`;
    const written = await post(messages, { body: 'by token' }, headers);
    expect(written.status).toBe(201);
    expect(written.headers.getSetCookie()).toEqual([]);
    const { id } = await jsonOf(written);
    expect((await sendJson(`${messages}/${id}`, 'PATCH', { body: 'edited' }, headers)).status).toBe(200);
    const renamed = await sendJson(`${app.url}/api/me`, 'PUT', { name: 'Tove' }, headers);
    expect(renamed.headers.getSetCookie()).toEqual([]);
    expect(await jsonOf(await from(ALLOWED, '/api/me', { headers: bearer(token) }))).toEqual({
      id_user,
      name: 'Tove',
    });
  });

  test('a guest can be created with a name, which follows the rules of names', async () => {
    const created = await post(`${app.url}/api/guests`, { name: ' Ottilie ' }, { origin: ALLOWED });
    expect(created.status).toBe(201);
    expect(created.headers.get('cache-control')).toBe('no-store');
    const { name, token } = await jsonOf(created);
    expect(name).toBe('Ottilie');
    expect(await jsonOf(await fetch(`${app.url}/api/me`, { headers: bearer(token) }))).toMatchObject({
      name,
    });
    for (const wrong of ['', 'Guest 1234', 'x'.repeat(41), 7])
      expect((await post(`${app.url}/api/guests`, { name: wrong })).status).toBe(400);
  });

  test('the token of a guest opens the same user by header, address and event stream', async () => {
    const { id_user, token } = await createGuest();
    const byHeader = await SocketClient.open(app.url, { origin: ALLOWED, ...bearer(token) });
    const byAddress = await openWithToken(token);
    for (const socket of [byHeader, byAddress]) {
      expect(socket.latest('welcome')).toMatchObject({ user: { id_user } });
      expect(socket.latest('welcome')).not.toHaveProperty('token');
      socket.close();
    }
    await fetch(`${app.url}/api/rooms`, {
      method: 'POST',
      body: new URLSearchParams({ name: 'insiders', access: 'members' }),
      headers: bearer(token),
    });
    const stream = (headers: Record<string, string>) => {
      const abort = new AbortController();
      return from(ALLOWED, '/api/rooms/insiders/events', { headers, signal: abort.signal }).finally(() =>
        abort.abort(),
      );
    };
    expect((await stream(bearer(token))).status).toBe(200);
    expect((await stream({})).status).toBe(403);
  });

  test('a socket without an identity receives a token that makes the next socket the same guest', async () => {
    const first = await SocketClient.open(app.url, { origin: ALLOWED });
    const { user, token = '' } = first.latest('welcome') ?? {};
    await first.ask({ type: 'joinRoom', room: 'same' });
    expect(
      await first.ask({ type: 'createMessage', message: { id: 'same-1', room: 'same', body: 'x' } }),
    ).toMatchObject({
      type: 'ack',
    });
    first.close();
    const second = await openWithToken(token);
    expect(second.latest('welcome')?.user).toEqual(user);
    expect(await second.ask({ type: 'deleteMessage', room: 'same', id: 'same-1' })).toMatchObject({
      type: 'ack',
    });
    second.close();
  });

  test('a socket with a cookie receives no token', async () => {
    const socket = await SocketClient.open(app.url, {
      cookie: await cookieOfGuest(app.url, 'Ada'),
      origin: app.url,
    });
    expect(socket.latest('welcome')).not.toHaveProperty('token');
    socket.close();
  });

  test('an invalid token of a guest is refused instead of creating another guest', async () => {
    const socket = await SocketClient.open(app.url, { origin: ALLOWED, ...bearer('nonsense') });
    expect(socket.frames).toMatchObject([{ type: 'error', code: 'bad-token' }]);
    const { token } = await createGuest();
    expect(await socket.ask({ type: 'authenticate', token })).toMatchObject({ type: 'ack' });
    socket.close();
    expect((await from(ALLOWED, '/api/me', { headers: bearer('nonsense') })).status).toBe(401);
  });

  test('a server with accounts has no guests', async () => {
    const other = await startTestApp({
      env: { ...env, AUTH: 'accounts', AUTH_SERVER: 'http://127.0.0.1:9/me' },
    });
    const response = await fetch(`${other.url}/api/guests`, { method: 'POST' });
    expect(response.status).toBe(401);
    await other.stop();
  });

  async function openWithToken(token: string): Promise<SocketClient> {
    const client = await SocketClient.connect(app.url, { origin: ALLOWED }, { token });
    await until('the socket is answered', () => client.frames.length > 0);
    return client;
  }
});

describe.each([
  ['another site', FOREIGN],
  ['an allowed host at another port', `${ALLOWED}:8443`],
  ['an allowed host over http', ALLOWED.replace('https', 'http')],
  ['an opaque origin', 'null'],
])('requests of %s', (_name, origin) => {
  test.each([
    '/',
    '/r/lobby',
    '/api/rooms',
    '/api/me',
    '/api/rooms/lobby/messages',
    '/api/rooms/lobby/events',
    '/api/users?id=1',
    '/lobby/users',
    POLLING,
  ])('reading %s is refused, without headers that let a page read the answer', async (path) => {
    const cookie = await cookieOfGuest(app.url, 'Ada');
    const { token } = await createGuest();
    for (const headers of [{}, { cookie }, bearer(token)]) {
      const response = await from(origin, path, { headers });
      expect([response.status, corsHeaders(response)]).toEqual([403, []]);
      expect(await response.text()).toContain('bad-origin');
      expect(response.headers.getSetCookie()).toEqual([]);
    }
  });

  test.each(['/api/rooms/lobby/messages', '/api/me', '/lobby/users', '/r/lobby', POLLING])(
    'a preflight request to %s is refused',
    async (path) => {
      const response = await preflight(origin, path);
      expect([response.status, corsHeaders(response)]).toEqual([403, []]);
    },
  );

  test('creating a guest is refused', async () => {
    expect((await from(origin, '/api/guests', { method: 'POST' })).status).toBe(403);
  });

  test('opening a WebSocket is refused, also with a token', async () => {
    const { token } = await createGuest();
    await expect(SocketClient.open(app.url, { origin, ...bearer(token) })).rejects.toThrow('closed');
  });
});
