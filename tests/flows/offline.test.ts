import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, visit } from '../support/browser.js';
import { TestIdentityProvider } from '../support/identity-provider.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

describe('pages without a network', skipWithout('chromium'), () => {
  afterAll(() => closeContexts());

  const savedRooms = `(async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('changeroom-rooms@'));
    const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return keys.flat().map(({ url }) => new URL(url).pathname);
  })()`;

  test('saved rooms are deleted on sign-out, on the answer 401, and when another user opens a page', async () => {
    const provider = await TestIdentityProvider.start();
    const [app, browser] = await Promise.all([startTestApp({ env: provider.env }), sharedBrowser()]);
    provider.allow(app.url);
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    const enter = async (path: string, name: string) => {
      await page.goto(`${app.url}${path}`);
      if ((await page.locator('#sign-in:visible').count()) > 0) {
        await page.click('#sign-in');
        await page.waitForLoadState();
        if (page.url().startsWith(provider.url)) {
          await page.fill('[name="login"]', name);
          await page.click('text="Log in"');
        }
      }
      await page.waitForSelector('body[data-state="live"]');
      await until('the worker', () => page.evaluate('navigator.serviceWorker.controller !== null'));
      await until('the room is saved', async () =>
        (await page.evaluate<string[]>(savedRooms)).includes(`/saved${path.slice(2)}`),
      );
    };
    const deleted = (why: string) =>
      until(
        `the saved rooms are deleted ${why}`,
        async () => (await page.evaluate<string[]>(savedRooms)).length === 0,
      );
    await enter('/r/safe', 'ada');
    await page.click('#account-button');
    await page.click('#account button:text-is("Sign out")');
    await page.click('text="Log out"');
    await page.waitForURL(`${app.url}/signed-out`);
    await deleted('on sign-out');
    await enter('/r/safe', 'ada');
    await context.clearCookies({ name: 'changeroom_session' });
    const refused = await page.goto(`${app.url}/r/safe`);
    expect(refused?.status()).toBe(401);
    await deleted('on 401');
    await enter('/r/safe', 'ada');
    // Another user signs in without the sign-out of the first one.
    await context.clearCookies();
    await page.evaluate(
      `caches.open('changeroom-rooms@someone').then((cache) => cache.put('/saved/secret', new Response('{}')))`,
    );
    await enter('/r/other', 'bea');
    await until(
      'only the rooms of the new user are saved',
      async () => (await page.evaluate<string[]>(savedRooms)).join() === '/saved/other',
    );
    await context.close();
    await app.stop();
    await provider.stop();
  });

  test('the page shows the saved messages and the unsent ones, and no other room', async () => {
    const browser: Browser = await sharedBrowser();
    const app = await startTestApp();
    const { page, context, complaints } = await visit(browser, `${app.url}/r/harbour`);
    await say(page, 'seen **before**');
    await until('the delivery', async () => (await shownTexts(page)).join() === 'seen before');
    await page.evaluate('navigator.serviceWorker.ready');
    // The page is in charge of the worker after it was activated.
    await until('the worker', () => page.evaluate('navigator.serviceWorker.controller !== null'));
    await page.reload();
    await until('the saved room', async () => {
      const saved = await page.evaluate<string>(`(async () => {
        for (const name of await caches.keys()) {
          const found = await (await caches.open(name)).match('/saved/harbour');
          if (found) return found.text();
        }
        return '';
      })()`);
      return saved.includes('seen **before**');
    });
    expect(complaints).toEqual([]);
    await app.stop();
    await until('the loss', async () => (await page.getAttribute('body', 'data-state')) !== 'live');
    await say(page, 'not sent');
    await page.waitForSelector('.message.unsent');
    await page.reload();
    await page.waitForSelector('body.offline .message.unsent');
    const texts = await page.locator('.message .body').allInnerTexts();
    expect(texts).toEqual(['seen before', 'not sent']);
    await page.goto(`${app.url}/r/never-seen`);
    await page.waitForSelector('#nothing-saved:not([hidden])');
    expect(await page.locator('.message').count()).toBe(0);
    expect(await page.evaluate(savedRooms)).toEqual(['/saved/harbour']);
    await context.close();
  });
});
