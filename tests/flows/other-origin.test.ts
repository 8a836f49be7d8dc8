import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUDIENCE, Issuer, makeKey } from '../auth/issuer.js';
import { cookieOfGuest, jsonOf } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, sharedBrowser } from '../support/browser.js';
import { type PageServer, startPageServer } from '../support/page-server.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

/** A front end of another origin, built only on packages/client. */
const FRONT_END = {
  'page.html': 'packages/client/examples/page.html',
  'changeroom-client.js': 'packages/client/dist/browser/changeroom-client.js',
};

describe('a page of another origin', skipWithout('chromium'), () => {
  let browser: Browser;
  let pages: PageServer;
  let foreign: PageServer;
  let issuer: Issuer;
  let app: TestApp;
  let secured: TestApp;
  beforeAll(async () => {
    [browser, pages, foreign, issuer] = await Promise.all([
      sharedBrowser(),
      startPageServer(FRONT_END),
      startPageServer(FRONT_END),
      makeKey('1').then((key) => Issuer.start(key)),
    ]);
    const ALLOWED_ORIGINS = pages.origin;
    app = await startTestApp({ env: { ALLOWED_ORIGINS } });
    const { issuer: AUTH_ISSUER, jwksUrl: AUTH_JWKS_URL } = issuer.config;
    secured = await startTestApp({
      env: { ALLOWED_ORIGINS, AUTH: 'jwt', AUTH_ISSUER, AUTH_JWKS_URL, AUTH_AUDIENCE: AUDIENCE },
    });
  });
  afterAll(async () => {
    await closeContexts();
    await Promise.all([app, secured, pages, foreign, issuer?.server].map((each) => each?.stop()));
  });

  async function open(
    server: TestApp,
    { token, at = pages, room = 'lobby' }: Options = {},
  ): Promise<Visitor> {
    const context = await browser.newContext();
    const complaints: string[] = [];
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    if (token !== undefined) await page.addInitScript(`sessionStorage.setItem('token', '${token}')`);
    await page.goto(`${at.origin}/page.html?server=${encodeURIComponent(server.url)}#${room}`);
    return { page, complaints };
  }
  interface Options {
    token?: string;
    at?: PageServer;
    room?: string;
  }
  interface Visitor {
    page: Page;
    complaints: string[];
  }

  const say = async (page: Page, text: string) => {
    await page.getByLabel('Message', { exact: true }).fill(text);
    await page.getByLabel('Message', { exact: true }).press('Enter');
  };
  const shown = (page: Page, text: string) => page.locator('#messages li:not(.unsent)', { hasText: text });
  const isLive = (page: Page) =>
    page
      .getByText(/^\d+ here$/)
      .first()
      .waitFor();

  test('two browsers chat as guests, and a guest remains the same after a reload', async () => {
    const [ann, bob] = [await open(app), await open(app)];
    await Promise.all([isLive(ann.page), isLive(bob.page)]);
    await ann.page.getByLabel('Your name').fill('Ann');
    await ann.page.getByLabel('Your name').press('Enter');
    await say(ann.page, 'hello <b>Bob</b>');
    await say(bob.page, 'hello Ann');
    await shown(ann.page, 'hello Ann').waitFor();
    await shown(bob.page, 'Ann').filter({ hasText: 'hello <b>Bob</b>' }).waitFor();
    await ann.page.reload();
    await ann.page.locator('#messages li.own', { hasText: 'hello <b>Bob</b>' }).waitFor();
    expect(await ann.page.locator('#messages li.own', { hasText: 'hello Ann' }).count()).toBe(0);
    await until(
      'the page shows the name',
      async () => (await ann.page.getByLabel('Your name').inputValue()) === 'Ann',
    );
    expect(await ann.page.context().cookies()).toEqual([]);
    expect([...ann.complaints, ...bob.complaints]).toEqual([]);
    await Promise.all([ann, bob].map(({ page }) => page.context().close()));
  });

  test('a page lists rooms, creates one for members, joins it, and others cannot read it', async () => {
    const [ann, bob] = [await open(app), await open(app)];
    await Promise.all([isLive(ann.page), isLive(bob.page)]);
    const created = await ann.page.evaluate(`(async () => {
      const { ChatClient } = await import('./changeroom-client.js');
      const client = new ChatClient({ url: '${app.url}', guestStorage: localStorage });
      const { access } = await client.createRoom({ name: 'vault', access: 'members' });
      const again = await client.createRoom({ name: 'vault' }).catch(({ code }) => code);
      return { access, again };
    })()`);
    expect(created).toEqual({ access: 'members', again: 'room-exists' });
    for (const { page } of [ann, bob]) await page.getByRole('link', { name: 'vault' }).click();
    await isLive(ann.page);
    await say(ann.page, 'for members only');
    await shown(ann.page, 'for members only').waitFor();
    await bob.page.getByRole('button', { name: 'Join this room' }).waitFor();
    expect(await shown(bob.page, 'for members only').count()).toBe(0);
    await bob.page.getByRole('button', { name: 'Join this room' }).click();
    await shown(bob.page, 'for members only').waitFor();
    await Promise.all([ann, bob].map(({ page }) => page.context().close()));
  });

  test('a page chats with a token of the issuer, and without one it cannot read anything', async () => {
    const token = await issuer.sign({
      sub: 'auth0|ada',
      name: 'Ada',
      exp: Math.floor(Date.now() / 1000) + 600,
    });
    const [ada, stranger] = [await open(secured, { token }), await open(secured)];
    await isLive(ada.page);
    await say(ada.page, 'by token');
    await ada.page.locator('#messages li.own', { hasText: 'Ada' }).filter({ hasText: 'by token' }).waitFor();
    await stranger.page.getByText('log in first').waitFor();
    expect(await shown(stranger.page, 'by token').count()).toBe(0);
    await Promise.all([ada, stranger].map(({ page }) => page.context().close()));
  });

  test('an event stream of an open room is read from another origin', async () => {
    const { page } = await open(app);
    await isLive(page);
    await say(page, 'to be streamed');
    await shown(page, 'to be streamed').waitFor();
    const events = await page.evaluate(
      (url) =>
        new Promise<string>((resolve, reject) => {
          const source = new EventSource(`${url}/api/rooms/lobby/events`);
          source.addEventListener(
            'message',
            ({ data }) => String(data).includes('to be streamed') && resolve('read'),
          );
          source.addEventListener('error', () => reject(new Error('refused')));
        }),
      app.url,
    );
    expect(events).toBe('read');
    await page.context().close();
  });

  test('errors and headers of the API can be read from another origin', async () => {
    const { page } = await open(app);
    const read = await page.evaluate(async (url) => {
      const missing = await fetch(`${url}/api/rooms/lobby/messages/none`, {
        headers: { Authorization: 'Bearer x' },
      });
      const listed = await fetch(`${url}/api/rooms?limit=1&after=`);
      return {
        status: missing.status,
        problem: await missing.json(),
        id: missing.headers.get('x-request-id') !== null,
        listed: listed.status,
      };
    }, app.url);
    expect(read).toMatchObject({ status: 401, problem: { code: 'bad-token' }, id: true, listed: 200 });
    await page.context().close();
  });

  test('a page of an origin that is not allowed can do nothing, even with a cookie or a token', async () => {
    const { page, complaints } = await open(app, { at: foreign });
    const cookie = await cookieOfGuest(app.url, 'Victim');
    const [name = '', value = ''] = cookie.split(/=(.*)/s);
    // Another port of the same host is the same site: the browser sends the cookie.
    await page.context().addCookies([{ name, value, url: app.url }]);
    const { token } = await jsonOf(await fetch(`${app.url}/api/guests`, { method: 'POST' }));
    const before = await jsonOf(await fetch(`${app.url}/api/rooms/lobby/messages`));
    const results = await page.evaluate(
      async ([url, bearer]) => {
        const attempt = async (path: string, init: RequestInit = {}) => {
          const response = await fetch(url + path, init).catch(() => null);
          return response === null || response.type === 'opaque' ? 'refused' : `read ${response.status}`;
        };
        const include = { credentials: 'include' } as const;
        const messages = '/api/rooms/lobby/messages';
        const body = new URLSearchParams({ body: 'by a foreign page', name: 'Eve' });
        const headers = { Authorization: `Bearer ${bearer}` };
        const opened = (open: (done: (result: string) => void) => void) => new Promise<string>(open);
        return {
          readRooms: await attempt('/api/rooms'),
          readMessages: await attempt(messages, include),
          readIdentity: await attempt('/api/me', include),
          readPage: await attempt('/r/lobby', include),
          readWithToken: await attempt('/api/me', { headers }),
          write: await attempt(messages, { method: 'POST', body, ...include }),
          writeOpaquely: await attempt(messages, { method: 'POST', body, mode: 'no-cors', ...include }),
          renameOpaquely: await attempt('/name', { method: 'POST', body, mode: 'no-cors', ...include }),
          writeWithToken: await attempt(messages, { method: 'POST', body, headers }),
          createGuest: await attempt('/api/guests', { method: 'POST' }),
          poll: await attempt('/primus/?EIO=4&transport=polling', include),
          stream: await opened((done) => {
            const source = new EventSource(`${url}/api/rooms/lobby/events`, { withCredentials: true });
            source.onopen = () => done('opened');
            source.onerror = () => done('refused');
          }),
          socket: await opened((done) => {
            const socket = new WebSocket(`${url.replace('http', 'ws')}/primus/?EIO=4&transport=websocket`);
            socket.onopen = () => done('opened');
            socket.onerror = () => done('refused');
          }),
        };
      },
      [app.url, token] as [string, string],
    );
    expect(results).toEqual(Object.fromEntries(Object.keys(results).map((name) => [name, 'refused'])));

    const posted = page.waitForResponse(`${app.url}/r/lobby`);
    await page.evaluate(`
      const form = Object.assign(document.createElement('form'), { method: 'post', action: '${app.url}/r/lobby' });
      form.append(Object.assign(document.createElement('input'), { name: 'body', value: 'by a foreign form' }));
      document.body.append(form);
      form.submit();
    `);
    expect((await posted).status()).toBe(403);
    expect(await jsonOf(await fetch(`${app.url}/api/rooms/lobby/messages`))).toEqual(before);
    expect(await jsonOf(await fetch(`${app.url}/api/me`, { headers: { cookie } }))).toMatchObject({
      name: 'Victim',
    });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('the cookie of a guest does not count for an allowed page of the same site', async () => {
    const { page } = await open(app);
    await isLive(page);
    const cookie = await cookieOfGuest(app.url, 'Owner');
    const [name = '', value = ''] = cookie.split(/=(.*)/s);
    await page.context().addCookies([{ name, value, url: app.url }]);
    const results = await page.evaluate(async (url) => {
      const body = new URLSearchParams({ body: 'with the cookie of Owner' });
      const init = { method: 'POST', body, mode: 'no-cors', credentials: 'include' } as const;
      // The browser may hide the answers; the requests are sent.
      await fetch(`${url}/api/rooms/lobby/messages`, init).catch(() => null);
      await fetch(`${url}/r/lobby`, init).catch(() => null);
      const readable = await fetch(`${url}/api/me`, { credentials: 'include' }).catch(() => null);
      return readable === null ? 'refused' : 'read';
    }, app.url);
    expect(results).toBe('refused');
    const { messages } = await jsonOf(await fetch(`${app.url}/api/rooms/lobby/messages`));
    expect(messages.map(({ body }: { body: string }) => body)).not.toContain('with the cookie of Owner');
    await page.reload();
    await isLive(page);
    expect(await page.getByLabel('Your name').inputValue()).not.toBe('Owner');
    await page.context().close();
  });
});
