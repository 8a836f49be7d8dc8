import { afterEach, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../server/http/api/schemas/cursor.js';
import { json, startWebServer } from '../auth/web-server.js';
import { cookieOf, jsonOf, post, sendJson } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

type Headers = Record<string, string>;
/** Does something once. `unique` is a name that was not used before. Resolves with an error's code, or null. */
type Door = (url: string, headers: Headers, unique: string) => Promise<string | null>;

let app: TestApp;
const aborts = new AbortController();
const clients: SocketClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await app?.stop();
});

const codeOf = async (response: Response) => {
  if (response.status < 400) return null;
  return response.status === 429 ? 'rate-limited' : `status ${response.status}: ${await response.text()}`;
};

const rest =
  (method: string, path: (unique: string) => string, body: (unique: string) => object): Door =>
  async (url, headers, unique) => {
    const response = await sendJson(`${url}${path(unique)}`, method, body(unique), headers);
    if (response.status !== 429) return codeOf(response);
    const { code, limit, retryAfterMs } = await jsonOf(response);
    expect([limit, retryAfterMs > 0, Number(response.headers.get('retry-after')) > 0]).toEqual([
      2,
      true,
      true,
    ]);
    return code;
  };

const form =
  (path: (unique: string) => string, fields: (unique: string) => Record<string, string>): Door =>
  async (url, headers, unique) => {
    const body = new URLSearchParams(fields(unique));
    return codeOf(
      await fetch(`${url}${path(unique)}`, { method: 'POST', headers, body, redirect: 'manual' }),
    );
  };

const frame =
  (content: (unique: string) => { type: string }): Door =>
  async (url, headers, unique) => {
    const client = await SocketClient.open(url, headers);
    clients.push(client);
    const answer = (await client.ask(content(unique))) as { type: string; code?: string; limit?: number };
    if (answer.type !== 'error') return null;
    expect(answer.limit).toBe(2);
    return answer.code!;
  };

const stream: Door = async (url, headers, unique) =>
  codeOf(await fetch(`${url}/api/rooms/${unique}/events`, { headers, signal: aborts.signal }));

/** A position after every message. */
const cursor = encodeCursor({ sent: 4_000_000_000_000, id: 'z' });
const get =
  (path: string): Door =>
  async (url, headers) =>
    codeOf(await fetch(`${url}${path}`, { headers }));

const DOORS: Record<string, { setting: string; doors: Record<string, Door> }> = {
  messages: {
    setting: 'LIMIT_MESSAGES',
    doors: {
      REST: rest(
        'POST',
        () => '/api/rooms/lobby/messages',
        (body) => ({ body }),
      ),
      form: form(
        () => '/r/lobby',
        (body) => ({ body }),
      ),
      socket: frame((body) => ({ type: 'createMessage', message: { room: 'lobby', body } })),
    },
  },
  'rooms entered': {
    setting: 'LIMIT_JOINS',
    doors: { 'event stream': stream, socket: frame((room) => ({ type: 'joinRoom', room })) },
  },
  'pages of history': {
    setting: 'LIMIT_HISTORY',
    doors: {
      REST: get(`/api/rooms/lobby/messages?before=${cursor}`),
      page: get(`/r/past?before=${cursor}`),
      socket: frame(() => ({ type: 'loadHistory', room: 'lobby', before: { sent: 1, id: 'z' }, limit: 1 })),
    },
  },
  memberships: {
    setting: 'LIMIT_MEMBERSHIPS',
    doors: {
      'REST join': rest(
        'POST',
        (room) => `/api/rooms/${room}/join`,
        () => ({}),
      ),
      'REST leave': rest(
        'POST',
        (room) => `/api/rooms/${room}/leave`,
        () => ({}),
      ),
      'join form': form(
        (room) => `/r/${room}/join`,
        () => ({}),
      ),
      'leave form': form(
        (room) => `/r/${room}/leave`,
        () => ({}),
      ),
      'room form': form(
        (room) => `/r/${room}`,
        () => ({ action: 'join' }),
      ),
    },
  },
  'rooms created': {
    setting: 'LIMIT_ROOMS',
    doors: {
      REST: rest(
        'POST',
        () => '/api/rooms',
        (name) => ({ name }),
      ),
      form: form(
        () => '/rooms',
        (name) => ({ name }),
      ),
    },
  },
  names: {
    setting: 'LIMIT_RENAMES',
    doors: {
      REST: rest(
        'PUT',
        () => '/api/me',
        (name) => ({ name }),
      ),
      form: form(
        () => '/name',
        (name) => ({ name }),
      ),
      socket: frame((name) => ({ type: 'identityChange', name })),
    },
  },
};

const ADDRESS = { 'x-forwarded-for': '192.0.2.1' };
/** A /64, each time another address of it. */
const networkOf = (n: number) => ({ 'x-forwarded-for': `2001:db8:0:1::${n}` });

/** Goes through the doors one after the other, over and over. @returns the codes of the first `count` times */
async function goThrough(doors: Record<string, Door>, count: number, headersOf: (n: number) => Headers) {
  const codes: (string | null)[] = [];
  for (let n = 0; n < count; n += 1) {
    const door = Object.values(doors)[n % Object.keys(doors).length]!;
    codes.push(await door(app.url, headersOf(n), `n${n}-${headersOf(n)['x-forwarded-for']?.length ?? 0}`));
  }
  return codes;
}

describe.each(Object.entries(DOORS))('%s are limited', (_, { setting, doors }) => {
  const count = Object.keys(doors).length + 2;
  const refusedAfter = (free: number) =>
    Array.from({ length: count }, (_, n) => (n < free ? null : 'rate-limited'));

  it('a limit counts one user over all interfaces together', async () => {
    app = await startTestApp({ env: { [setting]: '2', LIMIT_PER_ADDRESS: '0' } });
    const cookie = cookieOf(await fetch(`${app.url}/api/me`));
    expect(await goThrough(doors, count, () => ({ cookie }))).toEqual(refusedAfter(2));
    const other = cookieOf(await fetch(`${app.url}/api/me`));
    expect(await goThrough(doors, 1, () => ({ cookie: other, ...ADDRESS }))).toEqual([null]);
  });

  it('a limit counts an address over all interfaces together, even if each request is a new guest', async () => {
    app = await startTestApp({ env: { [setting]: '1', LIMIT_PER_ADDRESS: '2' } });
    expect(await goThrough(doors, count, networkOf)).toEqual(refusedAfter(2));
    expect(await goThrough(doors, 1, () => ADDRESS)).toEqual([null]);
  });
});

describe('a client without a cookie', () => {
  it('a client without a cookie does not consume the limits of other addresses', async () => {
    app = await startTestApp({ env: { LIMIT_JOINS: '1', LIMIT_PER_ADDRESS: '1' } });
    for (const code of [null, 'rate-limited', 'rate-limited'])
      expect(await stream(app.url, ADDRESS, 'a')).toBe(code);
    for (let n = 0; n < 3; n += 1)
      expect(await stream(app.url, { 'x-forwarded-for': `198.51.100.${n}` }, 'a')).toBeNull();
  });
});

describe('sockets of an address', () => {
  it('sockets of an address are counted together with its event streams', async () => {
    app = await startTestApp({ env: { LIMIT_SOCKETS: '2' } });
    const open = (n: number) =>
      fetch(`${app.url}/api/rooms/a/events`, { headers: networkOf(n), signal: AbortSignal.timeout(60_000) });
    const first = await open(1);
    clients.push(await SocketClient.open(app.url, networkOf(2)));
    expect((await open(3)).status).toBe(429);
    await expect(SocketClient.open(app.url, networkOf(4))).rejects.toThrow('closed');
    expect((await open(99)).status).toBe(429);
    await first.body!.cancel();
    await until('a place is free', async () => (await open(5)).status === 200);
  });

  it('a refused event stream does not count as an open one', async () => {
    app = await startTestApp({ env: { LIMIT_SOCKETS: '1', LIMIT_JOINS: '1', LIMIT_PER_ADDRESS: '1' } });
    const ask = () => fetch(`${app.url}/api/rooms/a/events`, { headers: ADDRESS });
    const first = await ask();
    await first.body!.cancel();
    const code = async () => (await jsonOf(await ask())).code;
    await until('the stream is closed', async () => (await code()) === 'rate-limited');
    expect(await code()).toBe('rate-limited');
  });
});

describe('tokens that the accounts service refuses', () => {
  it('rejected tokens are limited per address over REST and sockets together', async () => {
    const accounts = await startWebServer(json({}, 401));
    const env = { AUTH: 'accounts', AUTH_SERVER: accounts.url, LIMIT_FAILED_LOGINS: '3' };
    app = await startTestApp({ env });
    let tokens = 0;
    const byRest = async (headers: Headers) => {
      tokens += 1;
      const authorization = `Bearer t${tokens}`;
      return (await jsonOf(await fetch(`${app.url}/api/me`, { headers: { ...headers, authorization } })))
        .code;
    };
    const client = await SocketClient.open(app.url, networkOf(1));
    clients.push(client);
    const bySocket = async () => {
      tokens += 1;
      return (await client.ask<'error'>({ type: 'authenticate', token: `t${tokens}` })).code;
    };
    const codes = [await byRest(networkOf(2)), await bySocket(), await byRest(networkOf(3))];
    expect(codes).toEqual(['bad-token', 'bad-token', 'bad-token']);
    expect([await byRest(networkOf(4)), await bySocket()]).toEqual(['rate-limited', 'rate-limited']);
    expect(accounts.requests).toHaveLength(3);
    expect(await byRest(ADDRESS)).toBe('bad-token');
    await accounts.stop();
  });
});

describe('polls', () => {
  const poll = (query: string, headers: Headers = ADDRESS) =>
    fetch(`${app.url}/primus/?EIO=4&transport=polling${query}`, { headers });

  it.each(['&sid=invented', '&sid=', '&sid=__proto__', ''])(
    'polls that open or invent a session are counted: %s',
    async (sid) => {
      app = await startTestApp({ env: { LIMIT_REQUESTS: '2' } });
      for (let n = 0; n < 2; n += 1) expect((await poll(sid)).status).not.toBe(429);
      expect((await poll(sid)).status).toBe(429);
    },
  );

  it('polls of a valid session are not counted, but polls with a second sid are', async () => {
    app = await startTestApp({ env: { LIMIT_REQUESTS: '2' } });
    const { sid } = JSON.parse((await (await poll('')).text()).slice(1)) as { sid: string };
    const say = async (query: string) =>
      (
        await fetch(`${app.url}/primus/?EIO=4&transport=polling${query}`, {
          method: 'POST',
          headers: ADDRESS,
          body: '4{}',
        })
      ).status;
    for (let n = 0; n < 5; n += 1) expect(await say(`&sid=${sid}`)).toBe(200);
    expect(await say(`&sid=${sid}&sid=invented`)).toBe(400);
    expect(await say(`&sid=${sid}&sid=invented`)).toBe(429);
    expect(await say(`&sid=${sid}&sid=`)).toBe(429);
    expect(await say(`&sid=${sid}`)).toBe(200);
  });
});

describe('/metrics without a secret', () => {
  it.each([
    [{}, 200],
    [{ 'x-forwarded-for': '127.0.0.1' }, 200],
    [{ 'x-forwarded-for': '192.0.2.1' }, 403],
    // The client's own entry comes before that of the proxy and must not hide it.
    [{ 'x-forwarded-for': '127.0.0.1, 192.0.2.1' }, 403],
    [{ 'x-forwarded-for': '192.0.2.1, 127.0.0.1' }, 403],
    [{ forwarded: 'for=192.0.2.1' }, 403],
  ])('metrics are served to this machine only: headers %j', async (headers, status) => {
    app = await startTestApp({ env: { TRUST_PROXY: '192.0.2.9' } });
    const response = await fetch(`${app.url}/metrics`, { headers: headers as Headers });
    expect(response.status).toBe(status);
    if (status === 403) expect(await jsonOf(response)).toMatchObject({ code: 'local-only' });
  });
});

it('a message over REST beyond the limit is refused with that limit', async () => {
  app = await startTestApp({ env: { LIMIT_MESSAGES: '1', LIMIT_PER_ADDRESS: '3' } });
  const send = () => post(`${app.url}/api/rooms/lobby/messages`, { body: 'x' }, ADDRESS);
  for (let n = 0; n < 3; n += 1) expect((await send()).status).toBe(201);
  expect(await jsonOf(await send())).toMatchObject({
    limit: 3,
    detail: expect.stringMatching(
      /^an address may write, edit or delete 3 messages in 10 seconds; wait \d+ s$/,
    ),
  });
});
