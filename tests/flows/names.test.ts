import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUDIENCE, Issuer, makeKey } from '../auth/issuer.js';
import { startWebServer, type WebServer } from '../auth/web-server.js';
import { cookieOf, cookieOfGuest, jsonOf, post, sendJson } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

const page = async (url: string, headers: Record<string, string>) =>
  (await fetch(url, { headers: { accept: 'text/html', ...headers } })).text();
const me = async (app: TestApp, headers: Record<string, string>) =>
  jsonOf(await fetch(`${app.url}/api/me`, { headers }));

describe('a guest with the name of another user', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app?.stop());

  test('a guest who takes the name of another user is marked everywhere, and the other user is not', async () => {
    const [first, second] = [await cookieOfGuest(app.url, 'Mia'), await cookieOfGuest(app.url, 'Міа')];
    const [mia, other] = [await me(app, { cookie: first }), await me(app, { cookie: second })];
    expect(mia.name).toBe('Mia');
    expect(other.name).toMatch(/^Міа #[0-9a-f]{4}$/);
    const ids = `id=${mia.id_user}&id=${other.id_user}`;
    expect(await jsonOf(await fetch(`${app.url}/api/users?${ids}`))).toEqual([mia, other]);

    const [one, two] = await Promise.all(
      [first, second].map((cookie) => SocketClient.open(app.url, { cookie })),
    );
    expect(two!.latest('welcome')!.user).toEqual(other);
    for (const socket of [one!, two!]) {
      await socket.ask({ type: 'joinRoom', room: 'names' });
      await socket.ask({ type: 'createMessage', message: { room: 'names', body: `from ${socket === one}` } });
    }
    await until(
      'both messages are delivered',
      () => one!.frames.filter(({ type }) => type === 'deliverMessage').length === 2,
    );
    const authors = one!.frames.flatMap((frame) =>
      frame.type === 'deliverMessage' ? frame.message.author : [],
    );
    expect(authors).toEqual(expect.arrayContaining([mia, other]));
    const present = () =>
      one!.frames.flatMap((frame) =>
        frame.type === 'presence' ? [...(frame.users ?? []), ...(frame.joined ?? [])] : [],
      );
    await until('both are present', () => present().some(({ name }) => name === other.name));
    const html = await page(`${app.url}/r/names`, { cookie: first });
    expect(html).toContain('<bdi class="author">Mia</bdi>');
    expect(html).toContain(`<bdi class="author">${other.name}</bdi>`);
    for (const socket of [one!, two!]) socket.close();
  });

  test('a marked name is also shown on messages that were written under another name', async () => {
    await cookieOfGuest(app.url, 'Rosa');
    const before = await cookieOfGuest(app.url, 'Rita');
    await post(`${app.url}/api/rooms/renamed/messages`, { body: 'hi' }, { cookie: before });
    const socket = await SocketClient.open(app.url, { cookie: before });
    await socket.ask({ type: 'identityChange', name: 'ROSA' });
    const { user } = await until('the new name is announced', () => socket.latest('identityChanged'));
    expect(user.name).toMatch(/^ROSA #[0-9a-f]{4}$/);
    const { messages, names } = await socket.ask<'roomSnapshot'>({ type: 'joinRoom', room: 'renamed' });
    expect(messages[0]!.author.name).toBe('Rita');
    expect(names).toEqual({ [user.id_user]: user.name });
    socket.close();
  });

  test('a guest cannot take a name that only the server assigns, except the own one', async () => {
    const answer = await fetch(`${app.url}/api/me`);
    const own = await jsonOf(answer);
    const cookie = cookieOf(answer);
    for (const name of ['Guest 1234', 'Mia #5f1c']) {
      const refused = await sendJson(`${app.url}/api/me`, 'PUT', { name }, { cookie });
      expect(await jsonOf(refused)).toMatchObject({ status: 400, code: 'bad-name', field: 'name' });
    }
    const kept = await sendJson(`${app.url}/api/me`, 'PUT', { name: own.name }, { cookie });
    expect(await jsonOf(kept)).toEqual(own);
  });
});

describe('rooms with similar names', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app?.stop());
  const create = async (name: string) => {
    const answer = await post(`${app.url}/api/rooms`, { name });
    return { status: answer.status, ...(await jsonOf(answer)) };
  };

  test('a room with a similar name is not created, and the error names the existing room', async () => {
    expect((await create('Tea & Cake')).status).toBe(201);
    for (const name of ['tea & cake', 'Теа & Cake', 'TEA  &  CAKE'])
      expect(await create(name)).toMatchObject({
        status: 409,
        code: 'room-exists',
        detail: expect.stringContaining('"Tea & Cake"'),
      });
    for (const name of ['Lobby', 'Iobby', 'lоbby'])
      expect(await create(name)).toMatchObject({
        status: 409,
        code: 'room-exists',
        detail: expect.stringContaining('lobby'),
      });
    expect((await create('Tea')).status).toBe(201);
  });

  test('a new room name is compared with rooms that another program has created', async () => {
    const connection = await app.database.connect();
    await r.table('rooms').insert({ id: 'Maths' }).run(connection);
    await until('the row has a key', async () => {
      const row = (await r.table('rooms').get('Maths').run(connection)) as unknown as { name_key?: string[] };
      return row.name_key;
    });
    expect(await create('maths')).toMatchObject({ status: 409, code: 'room-exists' });
  });

  test('a room name with invisible characters cannot be created, but an existing room can be entered', async () => {
    for (const name of ['a\u200bb', 'x\u200e', 'a\u00adb'])
      expect(await create(name)).toMatchObject({ status: 400, code: 'bad-room', field: 'name' });
    expect((await create('👩‍👩‍👧')).status).toBe(201);
    expect((await fetch(`${app.url}/api/rooms/${encodeURIComponent('a\u200bb')}`)).status).toBe(200);
  });
});

describe('a name from a token', () => {
  let issuer: Issuer;
  let app: TestApp;
  let connection: r.Connection;
  const now = () => Math.floor(Date.now() / 1000);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const shown = async (id: string) =>
    (
      await jsonOf(
        await fetch(`${app.url}/api/users?id=${encodeURIComponent(id)}`, {
          headers: bearer(await issuer.sign({ sub: 'reader' })),
        }),
      )
    )[0]?.name;
  beforeAll(async () => {
    issuer = await Issuer.start(await makeKey('1'));
    const { issuer: url, jwksUrl } = issuer.config;
    app = await startTestApp({
      env: { AUTH: 'jwt', AUTH_ISSUER: url, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URL: jwksUrl },
    });
    connection = await app.database.connect();
  });
  afterAll(async () => {
    await app?.stop();
    await issuer?.server.stop();
  });

  test('a name from a token cannot be changed by REST, socket or form', async () => {
    const token = await issuer.sign({ sub: 'fixed', name: 'Fixed' });
    const byRest = await sendJson(`${app.url}/api/me`, 'PUT', { name: 'Else' }, bearer(token));
    expect(await jsonOf(byRest)).toMatchObject({ status: 403, code: 'name-is-given', field: 'name' });
    const socket = await SocketClient.open(app.url, { cookie: `changeroom_token=${token}` });
    expect(await socket.ask({ type: 'identityChange', name: 'Else' })).toMatchObject({
      type: 'error',
      code: 'name-is-given',
    });
    socket.close();
    const byForm = await fetch(`${app.url}/name`, {
      method: 'POST',
      body: new URLSearchParams({ name: 'Else' }),
      headers: bearer(token),
    });
    expect(byForm.status).toBe(403);
    expect(await me(app, bearer(token))).toEqual({ id_user: 'fixed', name: 'Fixed' });
  });

  test('a name from a token is shown on the page without a form', async () => {
    const html = await page(app.url, bearer(await issuer.sign({ sub: 'shown', name: 'Shown' })));
    expect(html).toContain('Shown');
    expect(html).not.toContain('id="you"');
  });

  test(
    'a name from a token is shown by the script, which works without the form',
    skipWithout('chromium'),
    async () => {
      const browser = await sharedBrowser();
      const context = await browser.newContext({ viewport: { width: 1000, height: 600 } });
      const value = await issuer.sign({ sub: 'gus', name: 'Gus' });
      await context.addCookies([{ name: 'changeroom_token', value, url: app.url }]);
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(app.url);
      await page.waitForSelector('body[data-state="live"]');
      expect(await page.locator('#name-given').textContent()).toBe('Gus');
      await say(page, 'hello');
      await until('the message is delivered', async () => (await shownTexts(page)).includes('hello'));
      expect(errors).toEqual([]);
      await closeContexts();
    },
  );

  test('a name from a token is stored with the first request and changes only with a newer token', async () => {
    const old = await issuer.sign({ sub: 'bea', name: 'Bea', iat: now() - 60 });
    await me(app, bearer(old));
    await until('the name is in the table', async () => (await shown('bea')) === 'Bea');
    const newer = await issuer.sign({ sub: 'bea', name: 'Beatrix', iat: now() });
    await me(app, bearer(newer));
    await until('the newer name is in the table', async () => (await shown('bea')) === 'Beatrix');
    expect((await me(app, bearer(old))).name).toBe('Bea');
    // Background writes are ordered: when this name is stored, an earlier write is stored too.
    await me(app, bearer(await issuer.sign({ sub: 'last', name: 'Last' })));
    await until('a later write is done', async () => (await shown('last')) === 'Last');
    expect(await shown('bea')).toBe('Beatrix');
  });

  test('a name from a token is not overridden by a row', async () => {
    await r.table('users').insert({ id: 'carl', name: 'Carla' }).run(connection);
    await until('the row is known', async () => (await shown('carl')) === 'Carla');
    const token = await issuer.sign({ sub: 'carl', name: 'Carl' });
    expect((await me(app, bearer(token))).name).toBe('Carl');
    await until('the row has the name of the token', async () => (await shown('carl')) === 'Carl');
    const socket = await SocketClient.open(app.url, { cookie: `changeroom_token=${token}` });
    expect(socket.latest('welcome')!.user.name).toBe('Carl');
    await r.table('users').get('carl').update({ name: 'Carlo' }).run(connection);
    await until('the other name is announced', () =>
      socket.frames.some((frame) => frame.type === 'identityChanged' && frame.user.name === 'Carlo'),
    );
    await socket.ask({ type: 'joinRoom', room: 'given' });
    await socket.ask({ type: 'createMessage', message: { room: 'given', body: 'x' } });
    const delivered = await until('the message is delivered', () => socket.latest('deliverMessage'));
    expect(delivered.message.author.name).toBe('Carl');
    socket.close();
  });

  test('a name from a token is marked if an earlier user has a similar name', async () => {
    await me(app, bearer(await issuer.sign({ sub: 'dora1', name: 'Dora' })));
    await until('the first is in the table', async () => (await shown('dora1')) === 'Dora');
    const token = await issuer.sign({ sub: 'dora2', name: 'DORA' });
    await me(app, bearer(token));
    await until('the second has a mark', async () =>
      /^DORA #[0-9a-f]{4}$/.test((await me(app, bearer(token))).name),
    );
  });
});

describe('a name from an accounts service', () => {
  let accounts: WebServer;
  let app: TestApp;
  beforeAll(async () => {
    accounts = await startWebServer((_req, res) => {
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ id_user: 'emil', name: 'Emil' }));
    });
    app = await startTestApp({ env: { AUTH: 'accounts', AUTH_SERVER: `${accounts.url}me` } });
  });
  afterAll(async () => {
    await app?.stop();
    await accounts?.stop();
  });

  test('a name from an accounts service cannot be changed and is stored in the table', async () => {
    const headers = { authorization: 'Bearer a.token' };
    const answer = await sendJson(`${app.url}/api/me`, 'PUT', { name: 'Else' }, headers);
    expect(await jsonOf(answer)).toMatchObject({ status: 403, code: 'name-is-given' });
    await until('the name is in the table', async () => {
      const users = await jsonOf(await fetch(`${app.url}/api/users?id=emil`, { headers }));
      return users[0]?.name === 'Emil';
    });
  });
});
