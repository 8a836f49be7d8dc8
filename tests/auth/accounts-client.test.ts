import type { ServerResponse } from 'node:http';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AccountsClient, type AccountsClientOptions } from '../../server/auth/accounts-client.js';
import { Limits } from '../../server/limits/limits.js';
import { ChatError } from '../../server/protocol/errors.js';
import { until } from '../support/until.js';
import { hangUp, json, redirect, silence, startWebServer, text, type WebServer } from './web-server.js';

const log = pino({ level: 'silent' });
const refused = (code: string) => expect.objectContaining({ code });

let server: WebServer;
/** Offset of the clock of the client under test, in milliseconds. */
let ahead = 0;

beforeEach(async () => {
  ahead = 0;
  server = await startWebServer(json({ id_user: 'ada', name: 'Ada' }));
});
afterEach(() => server.stop());

const service = (options: AccountsClientOptions = {}) =>
  new AccountsClient({ server: `${server.url}v1/me?full=1` }, log, {
    now: () => Date.now() + ahead,
    ...options,
  });

describe('AccountsClient', () => {
  test('AccountsClient requests exactly the configured URL with the bearer token', async () => {
    expect(await service().verify('a.token')).toEqual({
      id_user: 'ada',
      name: 'Ada',
      expires: null,
      issued: expect.any(Number),
    });
    expect(server.requests).toEqual([{ url: '/v1/me?full=1', authorization: 'Bearer a.token' }]);
  });

  test.each([
    [
      { id: 7, username: 'ada' },
      { id_user: '7', name: 'ada' },
    ],
    [
      { _id: '5f7c', email: 'ada@example.com' },
      { id_user: '5f7c', name: 'ada' },
    ],
    [{ sub: 'auth0|ada' }, { id_user: 'auth0|ada', name: 'auth0|ada' }],
    [{ id_user: null, id: 'b', sub: 'c' }, { id_user: 'b' }],
    [{ id: 0 }, { id_user: '0', name: '0' }],
    [{ id: 'a', exp: 32503680000 }, { expires: 32503680000000 }],
    [{ id: 'a', exp: 'soon' }, { expires: null }],
  ])('AccountsClient accepts the account %j', async (answer, session) => {
    server.answer = json(answer);
    expect(await service().verify('t')).toMatchObject(session);
  });

  test.each([401, 403])('a token is refused when the accounts service answers %i', async (status) => {
    server.answer = text('no', status);
    const accounts = service();
    await expect(accounts.verify('t')).rejects.toEqual(refused('bad-token'));
    expect(accounts.status.state).toBe('up');
  });

  test('a cached token expires at the time that the accounts service has stated', async () => {
    server.answer = json({ id: 'ada', exp: Date.now() / 1000 + 20 });
    const accounts = service();
    expect(await accounts.verify('t')).toMatchObject({ id_user: 'ada' });
    ahead = 21_000;
    await expect(accounts.verify('t')).rejects.toEqual(refused('token-expired'));
  });
});

describe('an unavailable accounts service', () => {
  test.each([
    ['closes the connection', hangUp],
    ['answers 500', json({ id: 'ada' }, 500)],
    ['answers 429', json({ id: 'ada' }, 429)],
    ['answers 404', json({ id: 'ada' }, 404)],
    ['answers with HTML', text('<h1>Welcome</h1>')],
    ['answers without an id', json({})],
    ['answers with null', json(null)],
    ['answers with a list', json([{ id: 'ada' }])],
    ['answers with an invalid id', json({ id: 'two words' })],
    ['answers with too many bytes', json({ id: 'ada', padding: 'x'.repeat(300_000) })],
  ])('authentication is unavailable when the accounts service %s', async (_, answer) => {
    server.answer = answer;
    const accounts = service();
    await expect(accounts.verify('t')).rejects.toMatchObject({
      code: 'auth-unavailable',
      details: { retryAfterMs: expect.any(Number) },
    });
    expect(accounts.status.state).toBe('down');
  });

  test('authentication is unavailable when the accounts service does not answer in time', async () => {
    server.answer = silence;
    await expect(service({ timeoutMs: 50 }).verify('t')).rejects.toEqual(refused('auth-unavailable'));
  });

  test('tokens are not sent to the target of a redirect', async () => {
    const elsewhere = await startWebServer(json({ id: 'ada' }));
    server.answer = redirect(elsewhere.url);
    await expect(service().verify('t')).rejects.toEqual(refused('auth-unavailable'));
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });

  test('a failed request is not cached', async () => {
    server.answer = hangUp;
    const accounts = service();
    await expect(accounts.verify('t')).rejects.toEqual(refused('auth-unavailable'));
    server.answer = json({ id: 'ada' });
    expect(await accounts.verify('t')).toMatchObject({ id_user: 'ada' });
    expect(accounts.status.state).toBe('up');
  });
});

describe('the cache of the accounts client', () => {
  test('concurrent and later calls for one token share one request', async () => {
    const accounts = service();
    await Promise.all(Array.from({ length: 20 }, () => accounts.verify('t')));
    ahead = 29_000;
    await accounts.verify('t');
    expect(server.requests).toHaveLength(1);
  });

  test('an answer is cached for its token only', async () => {
    const accounts = service();
    await accounts.verify('one');
    server.answer = json({ id: 'bob' });
    expect(await accounts.verify('other')).toMatchObject({ id_user: 'bob' });
  });

  test('an accepted token is verified again after 30 seconds', async () => {
    const accounts = service();
    await accounts.verify('t');
    server.answer = json({}, 401);
    ahead = 31_000;
    await expect(accounts.verify('t')).rejects.toEqual(refused('bad-token'));
  });

  test('a refused token is verified again after 5 seconds', async () => {
    const accounts = service();
    server.answer = json({}, 401);
    await expect(accounts.verify('t')).rejects.toEqual(refused('bad-token'));
    server.answer = json({ id: 'ada' });
    ahead = 4_000;
    await expect(accounts.verify('t')).rejects.toEqual(refused('bad-token'));
    ahead = 6_000;
    expect(await accounts.verify('t')).toMatchObject({ id_user: 'ada' });
  });
});

describe('the limit of refused tokens', () => {
  const limits = () => new Limits({ failedLogins: 3 }, log);
  const ADDRESS = '2001:db8::1';
  const NEIGHBOUR = '2001:db8::2';
  const tryTokens = async (accounts: AccountsClient, names: string[], address: string | undefined) => {
    const codes: string[] = [];
    for (const name of names) {
      const fault = await accounts.verify(name, address).catch((error: ChatError) => error);
      codes.push(fault instanceof ChatError ? fault.code : fault.id_user);
    }
    return codes;
  };

  test('after too many refused tokens of an address, further ones cause no request', async () => {
    const accounts = service({ limits: limits() });
    await accounts.verify('known', ADDRESS);
    server.answer = json({}, 401);
    expect(await tryTokens(accounts, ['a', 'b', 'c', 'd', 'e'], ADDRESS)).toEqual([
      'bad-token',
      'bad-token',
      'bad-token',
      'rate-limited',
      'rate-limited',
    ]);
    expect(server.requests).toHaveLength(4);
    expect(await tryTokens(accounts, ['f', 'known'], NEIGHBOUR)).toEqual(['rate-limited', 'ada']);
    server.answer = json({ id: 'bob' });
    expect(await tryTokens(accounts, ['g'], '192.0.2.1')).toEqual(['bob']);
    expect(await tryTokens(accounts, ['h'], undefined)).toEqual(['bob']);
  });

  test('a refused token counts once while its answer is cached, so that one client cannot lock out its neighbours', async () => {
    const accounts = service({ limits: limits() });
    server.answer = json({}, 401);
    await tryTokens(accounts, Array(20).fill('expired'), ADDRESS);
    server.answer = json({ id: 'bob' });
    expect(await tryTokens(accounts, ['good'], NEIGHBOUR)).toEqual(['bob']);
  });

  test('tokens do not count as refused while the accounts service is unavailable', async () => {
    const accounts = service({ limits: limits() });
    server.answer = hangUp;
    const codes = await tryTokens(accounts, ['a', 'b', 'c', 'd', 'e'], ADDRESS);
    expect(new Set(codes)).toEqual(new Set(['auth-unavailable']));
  });
});

describe('the queue of requests to the accounts service', () => {
  /** Responses that have not been sent yet. */
  let held: ServerResponse[];
  beforeEach(() => {
    held = [];
    server.answer = (_req, res) => void held.push(res);
  });
  const release = () => {
    server.answer = json({ id: 'ada' });
    for (const res of held) res.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"ada"}');
  };

  test('20 requests are concurrent, 1,000 are queued, and further ones are rejected while the status stays up', async () => {
    const accounts = service({ timeoutMs: 20_000 });
    const all = Array.from({ length: 1_020 }, (_, n) => accounts.verify(`t${n}`));
    await until('20 requests', () => held.length === 20);
    await expect(accounts.verify('one more')).rejects.toMatchObject({
      code: 'auth-unavailable',
      details: { retryAfterMs: expect.any(Number) },
    });
    expect(held).toHaveLength(20);
    release();
    expect(new Set((await Promise.all(all)).map(({ id_user }) => id_user))).toEqual(new Set(['ada']));
    expect(accounts.status.state).toBe('up');
    expect(server.requests).toHaveLength(1_020);
  });

  test('a request that was queued for longer than its timeout is not sent', async () => {
    const accounts = service({ timeoutMs: 300 });
    const all = await Promise.allSettled(Array.from({ length: 100 }, (_, n) => accounts.verify(`t${n}`)));
    expect(all.map((one) => one.status === 'rejected' && one.reason.code)).toEqual(
      Array(100).fill('auth-unavailable'),
    );
    expect(server.requests.length).toBeLessThan(100);
  });
});
