import type { ServerResponse } from 'node:http';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountsClient, type AccountsClientOptions } from '../../server/auth/accounts-client.js';
import { Limits } from '../../server/limits/limits.js';
import { ChatError } from '../../server/protocol/errors.js';
import { until } from '../support/until.js';
import { hangUp, json, redirect, silence, startWebServer, text, type WebServer } from './web-server.js';

const log = pino({ level: 'silent' });
const refused = (code: string) => expect.objectContaining({ code });

let server: WebServer;
/** Milliseconds by which the server's clock is put forward. */
let ahead = 0;

beforeEach(async () => {
  ahead = 0;
  server = await startWebServer(json({ id_user: 'ada', name: 'Ada' }));
});
afterEach(() => server.stop());

const service = (options: AccountsClientOptions = {}) =>
  new AccountsClient({ mode: 'accounts', server: `${server.url}v1/me?full=1` }, log, {
    now: () => Date.now() + ahead,
    ...options,
  });

describe('the accounts service', () => {
  it('is asked at exactly its address, with the token as bearer', async () => {
    expect(await service().verify('a.token')).toEqual({
      id_user: 'ada',
      name: 'Ada',
      expires: null,
      issued: expect.any(Number),
    });
    expect(server.requests).toEqual([{ url: '/v1/me?full=1', authorization: 'Bearer a.token' }]);
  });

  it.each([
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
  ])('may answer %j', async (answer, session) => {
    server.answer = json(answer);
    expect(await service().verify('t')).toMatchObject(session);
  });

  it.each([401, 403])('refuses a token with %i', async (status) => {
    server.answer = text('no', status);
    const accounts = service();
    await expect(accounts.verify('t')).rejects.toEqual(refused('bad-token'));
    expect(accounts.status.state).toBe('up');
  });

  it('knows when a token has expired', async () => {
    server.answer = json({ id: 'ada', exp: Date.now() / 1000 + 20 });
    const accounts = service();
    expect(await accounts.verify('t')).toMatchObject({ id_user: 'ada' });
    ahead = 21_000;
    await expect(accounts.verify('t')).rejects.toEqual(refused('token-expired'));
  });
});

describe('while the accounts service is away', () => {
  it.each([
    ['hangs up', hangUp],
    ['fails', json({ id: 'ada' }, 500)],
    ['asks for patience', json({ id: 'ada' }, 429)],
    ['is found nowhere', json({ id: 'ada' }, 404)],
    ['answers with a page', text('<h1>Welcome</h1>')],
    ['answers with nobody', json({})],
    ['answers with null', json(null)],
    ['answers with a list', json([{ id: 'ada' }])],
    ['answers with an unusable id', json({ id: 'two words' })],
    ['answers with no end', json({ id: 'ada', padding: 'x'.repeat(300_000) })],
  ])('nobody is refused: it %s', async (_, answer) => {
    server.answer = answer;
    const accounts = service();
    await expect(accounts.verify('t')).rejects.toMatchObject({
      code: 'auth-unavailable',
      details: { retryAfterMs: expect.any(Number) },
    });
    expect(accounts.status.state).toBe('down');
  });

  it('nobody is refused: it says nothing', async () => {
    server.answer = silence;
    await expect(service({ timeoutMs: 50 }).verify('t')).rejects.toEqual(refused('auth-unavailable'));
  });

  it('tokens go to nobody else', async () => {
    const elsewhere = await startWebServer(json({ id: 'ada' }));
    server.answer = redirect(elsewhere.url);
    await expect(service().verify('t')).rejects.toEqual(refused('auth-unavailable'));
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });

  it('the next who asks may be luckier', async () => {
    server.answer = hangUp;
    const accounts = service();
    await expect(accounts.verify('t')).rejects.toEqual(refused('auth-unavailable'));
    server.answer = json({ id: 'ada' });
    expect(await accounts.verify('t')).toMatchObject({ id_user: 'ada' });
    expect(accounts.status.state).toBe('up');
  });
});

describe('an answer of the accounts service', () => {
  it('serves many who ask at the same time, and those who ask soon after', async () => {
    const accounts = service();
    await Promise.all(Array.from({ length: 20 }, () => accounts.verify('t')));
    ahead = 29_000;
    await accounts.verify('t');
    expect(server.requests).toHaveLength(1);
  });

  it('is for one token only', async () => {
    const accounts = service();
    await accounts.verify('one');
    server.answer = json({ id: 'bob' });
    expect(await accounts.verify('other')).toMatchObject({ id_user: 'bob' });
  });

  it('is forgotten after half a minute: an account may have been closed', async () => {
    const accounts = service();
    await accounts.verify('t');
    server.answer = json({}, 401);
    ahead = 31_000;
    await expect(accounts.verify('t')).rejects.toEqual(refused('bad-token'));
  });

  it('is forgotten sooner where it was a refusal', async () => {
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

describe('tokens that the accounts service refuses', () => {
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

  it('are limited by address; then it is not asked about further ones of that address', async () => {
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

  it('count once while the refusal is remembered, so that one client cannot lock out its neighbours', async () => {
    const accounts = service({ limits: limits() });
    server.answer = json({}, 401);
    await tryTokens(accounts, Array(20).fill('expired'), ADDRESS);
    server.answer = json({ id: 'bob' });
    expect(await tryTokens(accounts, ['good'], NEIGHBOUR)).toEqual(['bob']);
  });

  it('do not count while it is away', async () => {
    const accounts = service({ limits: limits() });
    server.answer = hangUp;
    const codes = await tryTokens(accounts, ['a', 'b', 'c', 'd', 'e'], ADDRESS);
    expect(new Set(codes)).toEqual(new Set(['auth-unavailable']));
  });
});

describe('calls to the accounts service', () => {
  /** Answers that are held back. */
  let held: ServerResponse[];
  beforeEach(() => {
    held = [];
    server.answer = (_req, res) => void held.push(res);
  });
  const release = () => {
    server.answer = json({ id: 'ada' });
    for (const res of held) res.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"ada"}');
  };

  it('are 20 at once; 1,000 wait, and further ones are refused without a call or a word of being away', async () => {
    const accounts = service({ timeoutMs: 20_000 });
    const all = Array.from({ length: 1_020 }, (_, n) => accounts.verify(`t${n}`));
    await until('20 calls', () => held.length === 20);
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

  it('are not made when waiting for them took as long as an answer may', async () => {
    const accounts = service({ timeoutMs: 300 });
    const all = await Promise.allSettled(Array.from({ length: 100 }, (_, n) => accounts.verify(`t${n}`)));
    expect(all.map((one) => one.status === 'rejected' && one.reason.code)).toEqual(
      Array(100).fill('auth-unavailable'),
    );
    expect(server.requests.length).toBeLessThan(100);
  });
});
