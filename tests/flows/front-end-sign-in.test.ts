import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWebServer, type WebServer } from '../auth/web-server.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, sharedBrowser } from '../support/browser.js';
import { CookieBrowser, signIn } from '../support/cookie-browser.js';
import { CHAT_AUDIENCE, CLIENT_ID, TestIdentityProvider } from '../support/identity-provider.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

describe('a front end on another origin, with a login', {
  ...skipWithout('chromium'),
}, () => {
  let provider: TestIdentityProvider;
  let app: TestApp;
  let frontEnd: WebServer;
  /** The same page on an origin that the chat does not allow. */
  let stranger: WebServer;
  let browser: Browser;

  beforeAll(async () => {
    const entryPoints = ['docs/examples/front-end.ts'];
    const bundle = await build({ entryPoints, bundle: true, format: 'esm', write: false });
    const script = bundle.outputFiles[0]?.text ?? '';
    provider = await TestIdentityProvider.start();
    const serve = () =>
      startWebServer((req, res) => {
        const isScript = req.url === '/front-end.js';
        const data = `data-chat="${app.url}" data-issuer="${provider.url}" data-client="${CLIENT_ID}"`;
        const page = `<body ${data} data-audience="${CHAT_AUDIENCE}"><script type="module" src="/front-end.js"></script>`;
        res
          .setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
          .end(isScript ? script : page);
      });
    [frontEnd, stranger] = await Promise.all([serve(), serve()]);
    // Another site than the chat's, not only another port.
    frontEnd.url = frontEnd.url.replace('127.0.0.1', 'localhost');
    const env = {
      ...provider.env,
      AUTH_AUDIENCE: CHAT_AUDIENCE,
      ALLOWED_ORIGINS: new URL(frontEnd.url).origin,
    };
    [app, browser] = await Promise.all([startTestApp({ env }), sharedBrowser()]);
    for (const url of [app.url, frontEnd.url, stranger.url]) provider.allow(new URL(url).origin);
  });
  afterAll(async () => {
    await closeContexts();
    await Promise.all([app?.stop(), provider?.stop(), frontEnd?.stop(), stranger?.stop()]);
  });

  async function open(url: string, name: string) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    await page.click('text="Sign in"');
    await page.fill('[name="login"]', name);
    await page.click('text="Log in"');
    await page.waitForURL((at) => at.href.startsWith(url));
    return { page, context };
  }

  test('a user of a page on another origin chats with the access token of the provider', async () => {
    // The user of the page and the user of the token are one, and the token, which states no name, takes none away.
    await signIn(new CookieBrowser(), app.url, 'ada');
    const { page, context } = await open(frontEnd.url, 'ada');
    await until('the room is live', async () => (await page.textContent('output')) === 'Ada: live');
    await page.fill('[name="body"]', 'from another origin');
    await page.press('[name="body"]', 'Enter');
    await until('the message is delivered', async () =>
      (await page.locator('li').allTextContents()).includes('Ada: from another origin'),
    );
    expect(page.url()).toBe(frontEnd.url);
    await context.close();
  });

  test('a page on an origin that is not allowed gets no connection, even with a valid token', async () => {
    const { page, context } = await open(stranger.url, 'bea');
    const refused = page.waitForEvent('requestfailed', (request) => request.url().startsWith(app.url));
    await refused;
    expect(await page.textContent('output')).not.toContain('live');
    const status = await page.evaluate(
      async (url) => (await fetch(url).catch(() => null))?.status ?? 'blocked',
      `${app.url}/api/rooms/lobby/messages`,
    );
    expect(status).toBe('blocked');
    await context.close();
  });
});
