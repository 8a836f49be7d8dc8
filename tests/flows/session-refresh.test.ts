import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonOf } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { CookieBrowser, signIn } from '../support/cookie-browser.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { type IdentityProviderOptions, TestIdentityProvider } from '../support/identity-provider.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

const COOKIE = 'changeroom_session';
const REFRESHED = 'grant refresh_token';

interface Scene {
  provider: TestIdentityProvider;
  database: TestDatabase;
  console: r.Connection;
  /** Servers of one chat. */
  apps: [TestApp, TestApp];
  stop(): Promise<void>;
}

async function setUp(options: IdentityProviderOptions): Promise<Scene> {
  const provider = await TestIdentityProvider.start(options);
  const database = await openDatabase();
  const env = { ...provider.env, SESSION_SECRET: 'the same for both of them' };
  const apps: Scene['apps'] = [await startTestApp({ database, env }), await startTestApp({ database, env })];
  for (const { url } of apps) provider.allow(url);
  return {
    provider,
    database,
    console: await database.connect(),
    apps,
    stop: async () => {
      await Promise.all(apps.map((app) => app.stop()));
      await Promise.all([database.stop(), provider.stop()]);
    },
  };
}

/** Signs in at one server; the cookie counts at both, as behind one address. */
async function visitor({ apps: [here, there] }: Scene, name: string): Promise<CookieBrowser> {
  const browser = new CookieBrowser();
  await signIn(browser, here.url, name);
  browser.setCookie(there.url, COOKIE, browser.cookie(here.url, COOKIE) ?? '');
  return browser;
}

const statusOf = async (browser: CookieBrowser, { url }: TestApp) =>
  (await browser.send(`${url}/api/me`, { headers: { accept: 'application/json' } })).status;

const open = (browser: CookieBrowser, { url }: TestApp) =>
  SocketClient.open(url, { cookie: browser.cookies(url) });

async function rowOf(
  { console }: Scene,
  id_user: string,
): Promise<{ expires: Date; refreshed: Date } | undefined> {
  const [row] = await (await r.table('sessions').filter({ id_user }).run(console)).toArray();
  return row;
}

describe('a session with a refresh token', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setUp({ lifetimeSeconds: 3 });
  });
  afterAll(() => scene?.stop());

  test('a session of open sockets is refreshed in time, once for all servers', async () => {
    const { provider, apps } = scene;
    const browser = await visitor(scene, 'ada');
    const sockets = await Promise.all([...apps, ...apps].map((app) => open(browser, app)));
    for (const socket of sockets) await socket.ask({ type: 'joinRoom', room: 'lobby' });
    const first = await rowOf(scene, 'ada');
    const before = provider.countOf(REFRESHED);
    await until(
      'the session is refreshed three times',
      () => provider.countOf(REFRESHED) >= before + 3,
      20_000,
    );
    const last = await rowOf(scene, 'ada');
    expect(Number(last?.expires)).toBeGreaterThan(Number(first?.expires));
    for (const socket of sockets) {
      expect(socket.frames.filter(({ type }) => type === 'error')).toEqual([]);
      expect((await socket.ask({ type: 'joinRoom', room: 'lobby' })).type).toBe('roomSnapshot');
      socket.close();
    }
    // The provider ends a login whose refresh token is used twice.
    expect(provider.requests.filter((one) => one.startsWith('refused'))).toEqual([]);
  });

  test('a session that has expired is refreshed by the next request, once for many requests', async () => {
    const { provider, apps } = scene;
    const browser = await visitor(scene, 'bea');
    const expires = Number((await rowOf(scene, 'bea'))?.expires);
    await until('the session has expired', () => Date.now() > expires);
    const before = provider.countOf(REFRESHED);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => statusOf(browser, apps[i % 2 === 0 ? 0 : 1])),
    );
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(provider.countOf(REFRESHED)).toBe(before + 1);
  });

  test('an unavailable provider does not end a session before it expires, and a later attempt continues it', async () => {
    const { provider, apps } = scene;
    const browser = await visitor(scene, 'cleo');
    const socket = await open(browser, apps[0]);
    const { expires } = (await rowOf(scene, 'cleo')) ?? {};
    provider.setDown(true);
    const lost = await until('the socket ends', () => socket.latest('error'));
    expect(Date.now()).toBeGreaterThanOrEqual(Number(expires));
    expect(lost).toMatchObject({ code: 'auth-unavailable', retryAfterMs: expect.any(Number) });
    const answer = await browser.send(`${apps[0].url}/`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, expect.any(String)]);
    const { dependencies } = await jsonOf(await fetch(`${apps[0].url}/readyz`));
    expect(dependencies.login.state).toBe('down');
    provider.setDown(false);
    await until('the session continues', async () => (await statusOf(browser, apps[0])) === 200);
    socket.close();
  });

  test('a login that the provider has ended ends the session at the next refresh', async () => {
    const { provider, apps } = scene;
    const browser = await visitor(scene, 'dan');
    const socket = await open(browser, apps[1]);
    provider.revokeLogins();
    await until('the socket ends', () => socket.latest('error')?.code === 'session-ended');
    expect(await rowOf(scene, 'dan')).toBeUndefined();
    expect(await statusOf(browser, apps[0])).toBe(401);
    socket.close();
  });

  test('a server with another SESSION_SECRET cannot refresh a session', async () => {
    const { provider, database } = scene;
    const other = await startTestApp({
      database,
      env: { ...provider.env, SESSION_SECRET: 'another secret of 16' },
    });
    try {
      const browser = await visitor(scene, 'emil');
      browser.setCookie(other.url, COOKIE, browser.cookie(scene.apps[0].url, COOKIE) ?? '');
      const expires = Number((await rowOf(scene, 'emil'))?.expires);
      await until('the session has expired', () => Date.now() > expires);
      expect(await statusOf(browser, other)).toBe(401);
    } finally {
      await other.stop();
    }
  });
});

describe('a session without a refresh token', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setUp({ lifetimeSeconds: 2, hasRefreshTokens: false, hasLogout: false });
  });
  afterAll(() => scene?.stop());

  test('a session without a refresh token ends when the token of the login expires', async () => {
    const { apps, provider } = scene;
    const browser = await visitor(scene, 'ada');
    const socket = await open(browser, apps[0]);
    expect(await statusOf(browser, apps[1])).toBe(200);
    await until('the socket ends', () => socket.latest('error')?.code === 'token-expired');
    expect(await statusOf(browser, apps[1])).toBe(401);
    expect(provider.countOf(REFRESHED)).toBe(0);
    socket.close();
  });

  test('a user is signed out here where the provider has no page for it', async () => {
    const { apps } = scene;
    const browser = await visitor(scene, 'bea');
    const page = await browser.post(`${apps[0].url}/logout`, {});
    expect(page.url).toBe(`${apps[0].url}/signed-out`);
    expect(await page.text()).not.toContain('refresh');
  });
});

describe.each(['client_secret_basic', 'client_secret_post'] as const)(
  'a client with the method %s',
  (secretMethod) => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await setUp({ lifetimeSeconds: 2, clientSecret: 'a secret: of/the client+', secretMethod });
    });
    afterAll(() => scene?.stop());

    test('a client with a secret exchanges codes and refresh tokens', async () => {
      const { apps, provider } = scene;
      const browser = await visitor(scene, 'ada');
      const expires = Number((await rowOf(scene, 'ada'))?.expires);
      await until('the session has expired', () => Date.now() > expires);
      expect(await statusOf(browser, apps[1])).toBe(200);
      expect(provider.countOf(REFRESHED)).toBe(1);
    });

    test('a wrong client secret counts as an unavailable provider, and is logged', async () => {
      const { database, provider } = scene;
      const env = {
        ...provider.env,
        SESSION_SECRET: 'the same for both of them',
        OIDC_CLIENT_SECRET: 'wrong',
      };
      const wrong = await startTestApp({ database, env });
      provider.allow(wrong.url);
      try {
        const page = await signIn(new CookieBrowser(), wrong.url, 'bea');
        expect(page.status).toBe(503);
        const { dependencies } = await jsonOf(await fetch(`${wrong.url}/readyz`));
        expect(dependencies.login.state).toBe('down');
      } finally {
        await wrong.stop();
      }
    });
  },
);
