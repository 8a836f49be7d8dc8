import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

describe('pages without a network', skipWithout('chromium'), () => {
  afterAll(() => closeContexts());

  const savedRooms = `(async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('changeroom-rooms@'));
    const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return keys.flat().map(({ url }) => new URL(url).pathname);
  })()`;

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
