import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_USER_SESSIONS } from '../../server/database/tables/session-table.js';
import { jsonOf } from '../http/client.js';
import { EventReader } from '../http/event-reader.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { CookieBrowser, signIn } from '../support/cookie-browser.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { TestIdentityProvider } from '../support/identity-provider.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

const COOKIE = 'changeroom_session';

interface StoredSession {
  id: string;
  id_user: string;
  refreshed: Date;
  refresh_token: string | null;
}

let provider: TestIdentityProvider;
let database: TestDatabase;
/** Two servers of one chat. */
let here: TestApp;
let there: TestApp;
let console_: r.Connection;

const rowsOf = async (id_user: string): Promise<StoredSession[]> => {
  const cursor = await r.table('sessions').filter({ id_user }).run(console_);
  return cursor.toArray() as Promise<StoredSession[]>;
};
const deleteRows = (id_user: string) => r.table('sessions').filter({ id_user }).delete().run(console_);
const me = async (browser: CookieBrowser, { url }: TestApp) =>
  browser.send(`${url}/api/me`, { headers: { accept: 'application/json' } });
const open = (browser: CookieBrowser, { url }: TestApp) =>
  SocketClient.open(url, { cookie: browser.cookies(url) });

/** Signs in at one server; the cookie counts at both, as behind one address. */
async function visitor(name: string): Promise<CookieBrowser> {
  const browser = new CookieBrowser();
  await signIn(browser, here.url, name);
  browser.setCookie(there.url, COOKIE, browser.cookie(here.url, COOKIE) ?? '');
  return browser;
}

async function start(options: Parameters<typeof TestIdentityProvider.start>[0] = {}): Promise<void> {
  provider = await TestIdentityProvider.start(options);
  database = await openDatabase();
  const env = { ...provider.env, SESSION_SECRET: 'the same for both of them' };
  [here, there] = await Promise.all([startTestApp({ database, env }), startTestApp({ database, env })]);
  provider.allow(here.url);
  provider.allow(there.url);
  console_ = await database.connect();
}

async function stop(): Promise<void> {
  await Promise.all([here?.stop(), there?.stop()]);
  await Promise.all([database?.stop(), provider?.stop()]);
}

describe('signing in at an identity provider', () => {
  beforeAll(() => start());
  afterAll(stop);

  test('a visitor signs in and returns to the requested page', async () => {
    const browser = new CookieBrowser();
    const refused = await browser.get(`${here.url}/r/tea?still`);
    expect(refused.status).toBe(401);
    const [, href = ''] = /<a class="button" id="sign-in" href="([^"]+)"/.exec(await refused.text()) ?? [];
    expect(href).toBe('/login?return=%2Fr%2Ftea%3Fstill');
    const page = await signIn(browser, here.url, 'ada', '/r/tea?still');
    expect(page.url).toBe(`${here.url}/r/tea?still`);
    expect(await page.text()).toContain('Signed in as Ada');
    expect(await jsonOf(await me(browser, here))).toEqual({ id_user: 'ada', name: 'Ada' });
  });

  test('the cookie is HttpOnly, SameSite=Lax, and over https Secure with the prefix __Host-', async () => {
    const browser = new CookieBrowser();
    const form = await browser.get(`${here.url}/login`);
    const answer = await browser.send(form.url, {
      method: 'POST',
      body: new URLSearchParams({ login: 'carol' }),
    });
    const resumed = await browser.send(answer.headers.get('location') ?? '');
    const callback = await browser.send(resumed.headers.get('location') ?? '');
    expect(callback.status).toBe(303);
    const [session] = callback.headers.getSetCookie().filter((one) => one.startsWith(COOKIE));
    expect(session).toMatch(/^changeroom_session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/);
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'chat.example' };
    const begun = await browser.send(`${here.url}/login`, { headers: forwarded });
    expect(begun.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-changeroom_login_.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    const { searchParams } = new URL(begun.headers.get('location') ?? '');
    expect(searchParams.get('redirect_uri')).toBe('https://chat.example/login/callback');
    expect(searchParams.get('code_challenge_method')).toBe('S256');
  });

  test('the table has neither the cookie nor a token in clear', async () => {
    const browser = await visitor('dora');
    const [row] = await rowsOf('dora');
    const text = JSON.stringify(row);
    expect(row?.refresh_token).toMatch(/^[\w-]{60,}$/);
    expect(text).not.toContain(browser.cookie(here.url, COOKIE));
    expect(text).not.toContain('eyJ');
  });

  test('a user lists the own sessions and ends one of them', async () => {
    const [kept, ended] = [await visitor('gita'), await visitor('gita')];
    const json = { accept: 'application/json' };
    const list = await jsonOf(await kept.send(`${here.url}/api/me/sessions`, { headers: json }));
    expect(list.map(({ is_current }: { is_current: boolean }) => is_current)).toEqual([false, true]);
    const path = `${here.url}/api/me/sessions/${list[0].id}`;
    expect((await kept.send(path, { method: 'DELETE', headers: json })).status).toBe(204);
    expect((await me(ended, here)).status).toBe(401);
    expect((await me(kept, here)).status).toBe(200);
    const noGuests = await kept.send(`${here.url}/api/me/credentials`, { headers: json });
    expect(await jsonOf(noGuests)).toMatchObject({ status: 403, code: 'name-is-given' });
    expect((await kept.send(`${here.url}/settings/name`)).status).toBe(404);
  });

  test('a session counts at every server, on pages, in REST, at sockets and event streams', async () => {
    const browser = await visitor('eve');
    expect(await jsonOf(await me(browser, there))).toEqual({ id_user: 'eve', name: 'Eve' });
    const socket = await open(browser, there);
    expect(socket.latest('welcome')?.user).toEqual({ id_user: 'eve', name: 'Eve' });
    const stream = new EventReader(`${there.url}/api/rooms/lobby/events`, {
      cookie: browser.cookies(there.url),
    });
    await stream.endsWith('state');
    socket.close();
    stream.close();
  });

  test('a deleted row ends the session everywhere', async () => {
    const browser = await visitor('fred');
    const sockets = await Promise.all([open(browser, here), open(browser, there)]);
    const cookie = browser.cookies(there.url);
    const stream = new EventReader(`${there.url}/api/rooms/lobby/events`, { cookie });
    await stream.endsWith('state');
    for (const socket of sockets) await socket.ask({ type: 'joinRoom', room: 'lobby' });
    await deleteRows('fred');
    for (const socket of sockets)
      await until('the socket ends', () => socket.latest('error')?.code === 'session-ended');
    await until('the stream ends', () => stream.ended);
    for (const app of [here, there])
      await until('requests are refused', async () => (await me(browser, app)).status === 401);
    for (const socket of sockets) {
      const answer = await socket.ask({ type: 'joinRoom', room: 'lobby' });
      expect(answer).toMatchObject({ type: 'error', code: 'login-required' });
      socket.close();
    }
  });

  test('the cookie of an unknown session is cleared', async () => {
    const browser = await visitor('gina');
    await deleteRows('gina');
    await until('the session has ended', async () => (await me(browser, here)).status === 401);
    expect(browser.cookie(here.url, COOKIE)).toBeUndefined();
  });

  test.each(['x', '', 'A'.repeat(43), `${'A'.repeat(43)}=`, '../../etc', '%00'])(
    'the tampered cookie %j is refused',
    async (value) => {
      const browser = new CookieBrowser();
      browser.setCookie(here.url, COOKIE, value);
      const answer = await me(browser, here);
      expect(answer.status).toBe(401);
      expect((await jsonOf(answer)).code).toBe('session-ended');
    },
  );

  test('a session over http does not count in the cookie with the prefix __Host-', async () => {
    const browser = await visitor('hugo');
    const value = browser.cookie(here.url, COOKIE) ?? '';
    const answer = await fetch(`${here.url}/api/me`, { headers: { cookie: `__Host-${COOKIE}=${value}` } });
    expect(answer.status).toBe(401);
  });

  test('a callback is refused in another browser, a second time, and with another state', async () => {
    const browser = new CookieBrowser();
    const form = await browser.get(`${here.url}/login?return=/r/tea`);
    const posted = await browser.send(form.url, {
      method: 'POST',
      body: new URLSearchParams({ login: 'ida' }),
    });
    const callback = (await browser.send(posted.headers.get('location') ?? '')).headers.get('location') ?? '';
    const refused = async (by: CookieBrowser, url = callback) => {
      const answer = await by.send(url, { headers: { accept: 'application/json' } });
      expect([answer.status, (await jsonOf(answer)).code]).toEqual([400, 'login-failed']);
      expect(by.cookie(here.url, COOKIE)).toBeUndefined();
    };
    await refused(new CookieBrowser());
    const attacker = new CookieBrowser();
    await attacker.get(`${here.url}/login`);
    await refused(attacker);
    await refused(attacker, callback.replace(/state=[^&]+/, `state=${'A'.repeat(43)}`));
    await refused(new CookieBrowser(), `${here.url}/login/callback`);
    expect((await browser.send(callback)).headers.get('location')).toBe('/r/tea');
    const again = await browser.send(callback, { headers: { accept: 'application/json' } });
    expect((await jsonOf(again)).code).toBe('login-failed');
    expect(await rowsOf('ida')).toHaveLength(1);
  });

  test('a code that was exchanged already is refused by the provider', async () => {
    const browser = new CookieBrowser();
    const form = await browser.get(`${here.url}/login`);
    const cookies = browser.cookies(here.url);
    const posted = await browser.send(form.url, {
      method: 'POST',
      body: new URLSearchParams({ login: 'jan' }),
    });
    const callback = (await browser.send(posted.headers.get('location') ?? '')).headers.get('location') ?? '';
    expect((await browser.send(callback)).status).toBe(303);
    const replayed = await browser.send(callback, {
      headers: { cookie: cookies, accept: 'application/json' },
    });
    expect((await jsonOf(replayed)).code).toBe('login-failed');
  });

  test('a visitor who cancels at the provider gets a page that leads back to it', async () => {
    const browser = new CookieBrowser();
    const page = await signIn(browser, here.url, '', '/r/tea');
    expect(page.status).toBe(400);
    expect(await page.text()).toContain('href="/login?return=%2Fr%2Ftea"');
  });

  test.each(['//evil.example', '/%5cevil.example', 'https://evil.example', '/r/a&return=/r/b'])(
    'the login does not return to %s',
    async (path) => {
      const query = path.includes('&') ? path : encodeURIComponent(path);
      const answer = await fetch(`${here.url}/login?return=${query}`, { redirect: 'manual' });
      expect(answer.status).toBe(400);
      expect(await jsonOf(answer)).toMatchObject({ code: 'bad-request', field: 'return' });
    },
  );

  test('signing out ends the session of this browser on all sockets, and at the provider', async () => {
    const [browser, other] = [await visitor('kim'), await visitor('kim')];
    const sockets = await Promise.all([open(browser, here), open(browser, there), open(other, there)]);
    const revoked = provider.refreshTokenCount;
    const page = await browser.post(`${here.url}/logout`, {});
    const [, next = ''] = /content="0; url=([^"]+)"/.exec(await page.text()) ?? [];
    expect(next.startsWith(`${provider.url}/session/end?`)).toBe(true);
    const { searchParams } = new URL(next.replaceAll('&amp;', '&'));
    expect(searchParams.get('post_logout_redirect_uri')).toBe(`${here.url}/signed-out`);
    expect(searchParams.get('id_token_hint')).toMatch(/^eyJ/);
    expect(browser.cookie(here.url, COOKIE)).toBeUndefined();
    for (const socket of sockets.slice(0, 2))
      await until('the socket ends', () => socket.latest('error')?.code === 'session-ended');
    expect((await me(other, here)).status).toBe(200);
    expect(sockets[2]?.latest('error')).toBeUndefined();
    await until('the refresh token is revoked', () => provider.refreshTokenCount < revoked);
    for (const socket of sockets) socket.close();
  });

  test('signing out everywhere ends the sessions of all browsers of the user', async () => {
    const browsers = [await visitor('leo'), await visitor('leo'), await visitor('mia')];
    const [one, other, stranger] = browsers as [CookieBrowser, CookieBrowser, CookieBrowser];
    const socket = await open(other, there);
    await one.post(`${here.url}/logout`, { everywhere: 'yes' });
    await until('the other browser ends', () => socket.latest('error')?.code === 'session-ended');
    expect((await me(other, there)).status).toBe(401);
    expect((await me(stranger, there)).status).toBe(200);
    expect(await rowsOf('leo')).toEqual([]);
    socket.close();
  });

  test('a page of another site cannot sign a user out', async () => {
    const browser = await visitor('nina');
    const headers = { origin: 'https://evil.example' };
    expect((await browser.send(`${here.url}/logout`, { method: 'POST', headers })).status).toBe(403);
    expect((await browser.send(`${here.url}/logout`)).status).toBe(405);
    expect((await me(browser, here)).status).toBe(200);
  });

  test('a new login in the same browser replaces the session', async () => {
    const browser = await visitor('olga');
    const before = browser.cookie(here.url, COOKIE);
    await signIn(browser, here.url, 'olga');
    expect(browser.cookie(here.url, COOKIE)).not.toBe(before);
    expect(await rowsOf('olga')).toHaveLength(1);
  });

  test('a user has a limited number of sessions, and the oldest ends', async () => {
    const first = await visitor('paul');
    for (let i = 0; i < MAX_USER_SESSIONS; i += 1) await signIn(new CookieBrowser(), here.url, 'paul');
    expect(await rowsOf('paul')).toHaveLength(MAX_USER_SESSIONS);
    await until('the oldest ends', async () => (await me(first, here)).status === 401);
  });

  test('without AUTH_AUDIENCE bearer tokens are refused', async () => {
    const headers = { authorization: 'Bearer a.b.c' };
    const answer = await fetch(`${here.url}/api/me`, { headers });
    expect((await jsonOf(answer)).code).toBe('bad-token');
  });

  test('an address with many failed logins has to wait', async () => {
    const env = { ...provider.env, SESSION_SECRET: 'the same for both of them', LIMIT_FAILED_LOGINS: '3' };
    const limited = await startTestApp({ database, env });
    try {
      const callback = async (address: string) => {
        const headers = { accept: 'application/json', 'x-forwarded-for': address };
        return (await fetch(`${limited.url}/login/callback?state=x&code=y`, { headers })).status;
      };
      const statuses = [];
      for (let i = 0; i < 5; i += 1) statuses.push(await callback('192.0.2.1'));
      expect(statuses).toEqual([400, 400, 400, 429, 429]);
      expect(await callback('192.0.2.2')).toBe(400);
    } finally {
      await limited.stop();
    }
  });

  test('logins and their outcomes are counted', async () => {
    const text = await (await fetch(`${here.url}/metrics`)).text();
    const count = (line: string) => Number(new RegExp(`^${line} (\\d+)`, 'm').exec(text)?.[1]);
    expect(count('changeroom_logins_total{outcome="succeeded"}')).toBeGreaterThan(20);
    expect(count('changeroom_logins_total{outcome="refused"}')).toBeGreaterThan(5);
  });

  test('/readyz shows the identity provider', async () => {
    const { dependencies } = await jsonOf(await fetch(`${here.url}/readyz`));
    expect(dependencies.login).toMatchObject({ state: 'up' });
  });
});
