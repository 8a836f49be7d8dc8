import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonOf } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, sharedBrowser } from '../support/browser.js';
import { childEnvironment } from '../support/child-environment.js';
import { CookieBrowser } from '../support/cookie-browser.js';
import { freePort } from '../support/free-port.js';
import { skipWithout } from '../support/programs.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

const COOKIE = 'changeroom_session';

let loginPage: ChildProcess;
/** Of the login page, which is another site than that of the chat at 127.0.0.1. */
let loginUrl: string;
let app: TestApp;

/** The fields of the first form of a page. */
async function formOf(page: Response): Promise<{ action: string; fields: Record<string, string> }> {
  const html = (await page.text()).replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
  const [, action = ''] = /action="([^"]*)"/.exec(html) ?? [];
  const fields = [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
  return { action, fields: Object.fromEntries(fields) };
}

/** Logs in at the page. @returns the form that sends the token to the chat */
async function logIn(browser: CookieBrowser, name: string, path = '/r/tea') {
  const { fields } = await formOf(await browser.get(`${app.url}/login?return=${encodeURIComponent(path)}`));
  return formOf(await browser.post(loginUrl, { ...fields, name }));
}

const me = (browser: CookieBrowser) =>
  browser.send(`${app.url}/api/me`, { headers: { accept: 'application/json' } });

beforeAll(async () => {
  const port = await freePort();
  const chatPort = await freePort();
  const env = childEnvironment({ PORT: `${port}`, CHAT_ORIGIN: `http://127.0.0.1:${chatPort}` });
  loginPage = spawn(process.execPath, ['docs/examples/login-page.mjs'], { env, stdio: 'pipe' });
  const [line] = await once(loginPage.stdout!, 'data');
  loginUrl = /http:\S+/.exec(String(line))?.[0] ?? '';
  const AUTH_SERVER = loginUrl.replace('/login', '/me');
  app = await startTestApp({
    env: { PORT: `${chatPort}`, AUTH: 'accounts', AUTH_SERVER, LOGIN_URL: `${loginUrl}?app=chat` },
    overrides: { accounts: { recheckMs: 50, validMs: 0 } },
  });
});
afterAll(async () => {
  await app?.stop();
  loginPage?.kill();
});

describe('a login page on another site', () => {
  test('the login leads to LOGIN_URL with the addresses of the page and of the callback', async () => {
    const answer = await fetch(`${app.url}/login?return=/r/tea`, { redirect: 'manual' });
    const { origin, pathname, searchParams } = new URL(answer.headers.get('location') ?? '');
    expect(`${origin}${pathname}`).toBe(loginUrl);
    expect(Object.fromEntries(searchParams)).toEqual({
      app: 'chat',
      return: `${app.url}/r/tea`,
      callback: `${app.url}/login/token`,
      state: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  test('a token that the page posts begins a session, which ends at all sockets by signing out', async () => {
    const browser = new CookieBrowser();
    const { action, fields } = await logIn(browser, 'Ada');
    const page = await browser.post(action, fields);
    expect(page.url).toBe(`${app.url}/r/tea`);
    expect(await jsonOf(await me(browser))).toEqual({ id_user: 'ada', name: 'Ada' });
    const socket = await SocketClient.open(app.url, { cookie: browser.cookies(app.url) });
    expect((await browser.post(`${app.url}/logout`, {})).url).toBe(`${app.url}/signed-out`);
    await until('the socket ends', () => socket.latest('error')?.code === 'session-ended');
    expect((await me(browser)).status).toBe(401);
    socket.close();
  });

  test('a session ends when the accounts service withdraws its token', async () => {
    const browser = new CookieBrowser();
    const { action, fields } = await logIn(browser, 'Bea');
    await browser.post(action, fields);
    const socket = await SocketClient.open(app.url, { cookie: browser.cookies(app.url) });
    expect((await me(browser)).status).toBe(200);
    await fetch(loginUrl.replace('/login', '/me'), {
      method: 'DELETE',
      headers: { authorization: `Bearer ${fields.token}` },
    });
    await until('the socket ends', () => socket.latest('error')?.code === 'bad-token');
    expect((await me(browser)).status).toBe(401);
    socket.close();
  });

  test('an attacker cannot sign another browser in', async () => {
    const [attacker, victim] = [new CookieBrowser(), new CookieBrowser()];
    const { action, fields } = await logIn(attacker, 'Mallory');
    await victim.get(`${app.url}/login`);
    const posted = await victim.post(action, fields);
    expect(posted.status).toBe(400);
    expect(victim.cookie(app.url, COOKIE)).toBeUndefined();
    const handed = await fetch(action, {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
    expect(handed.headers.getSetCookie()).toEqual([]);
    const finish = new URL(handed.headers.get('location') ?? '', app.url).href;
    expect((await victim.send(finish)).status).toBe(400);
    expect(victim.cookie(app.url, COOKIE)).toBeUndefined();
    expect((await attacker.send(finish)).status).toBe(303);
    expect((await attacker.send(finish)).status).toBe(400);
  });

  test.each([
    [{ token: 'invented' }, 401, 'bad-token'],
    [{ token: 'a b' }, 401, 'bad-token'],
    [{ token: 'x'.repeat(9_000) }, 401, 'bad-token'],
    [{ token: '' }, 401, 'login-required'],
    [{ state: '' }, 400, 'login-failed'],
    [{ state: 'x'.repeat(10_000) }, 400, 'login-failed'],
  ])('a callback with %j is refused', async (wrong, status, code) => {
    const { action, fields } = await logIn(new CookieBrowser(), 'Carol');
    const answer = await fetch(action, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, ...wrong }),
      redirect: 'manual',
    });
    expect([answer.status, (await jsonOf(answer)).code]).toEqual([status, code]);
  });

  test('the example sends the token to the chat only', async () => {
    const answer = await fetch(loginUrl, {
      method: 'POST',
      body: new URLSearchParams({ name: 'Ada', callback: 'https://evil.example/', state: 'x' }),
    });
    expect(answer.status).toBe(400);
  });

  test('the cookie changeroom_token of a login page on the same domain still counts', async () => {
    const { fields } = await logIn(new CookieBrowser(), 'Dora');
    const browser = new CookieBrowser();
    browser.setCookie(app.url, 'changeroom_token', fields.token ?? '');
    browser.setCookie(app.url, COOKIE, 'A'.repeat(43));
    expect(await jsonOf(await me(browser))).toEqual({ id_user: 'dora', name: 'Dora' });
    await browser.post(`${app.url}/logout`, {});
    expect(browser.cookie(app.url, 'changeroom_token')).toBeUndefined();
  });
});

describe('a login page on another site, in a browser', {
  ...skipWithout('chromium'),
}, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await sharedBrowser();
  });
  afterAll(closeContexts);

  test.each([true, false])('a visitor signs in and out, with JavaScript: %s', async (javaScriptEnabled) => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(`${app.url}/r/tea`);
    await page.click('#sign-in');
    await page.fill('[name="name"]', 'Ada');
    await page.click('text="Log in"');
    if (!javaScriptEnabled) await page.click('text="Continue to the chat"');
    await page.waitForURL(`${app.url}/r/tea`);
    if (javaScriptEnabled) await page.waitForSelector('body[data-state="live"]');
    expect(await page.locator('#account-button').getAttribute('title')).toBe('Signed in as Ada');
    await page.click('#account-button');
    await page.click('#account .button');
    await page.waitForURL(`${app.url}/signed-out`);
    await page.goto(`${app.url}/r/tea`);
    expect(await page.locator('#sign-in').isVisible()).toBe(true);
    await context.close();
  });
});
