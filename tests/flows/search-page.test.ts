import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { SCREENS, violations } from '../support/axe.js';
import { closeContexts, sharedBrowser, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

/** Time for the thread of the index to start from TypeScript, on a busy machine. */
const INDEX_START_MS = 25_000;

describe('search on the page', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([
      startTestApp({ env: { SEARCH: 'true', LIMIT_SEARCHES: '0', LIMIT_MESSAGES: '0' } }),
      sharedBrowser(),
    ]);
    const write = (room: string, body: string) =>
      fetch(`${app.url}/api/rooms/${room}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ body }),
      });
    await write('kitchen', 'the kettle is *broken*');
    for (let i = 0; i < 130; i++) await write('kitchen', `filler ${i}`);
    await write('cellar', 'another kettle');
    await until(
      'the index has the messages',
      async () => {
        const response = await fetch(`${app.url}/api/search?q=kettle`);
        return ((await response.json()) as { results?: unknown[] }).results?.length === 2;
      },
      INDEX_START_MS,
    );
  }, 60_000);

  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  test('a key opens the panel beside the room, and results lead to their messages in this room and others', async () => {
    const { page, context, complaints } = await visit(browser, `${app.url}/r/kitchen`);
    await page.locator('#log').focus();
    await page.keyboard.press('/');
    const field = page.locator('#search-text');
    await page.locator('#search-text:focus').waitFor();
    await page.keyboard.type('kettle');
    const results = page.locator('.search-panel .result');
    await until('the result of this room', async () => (await results.count()) === 1);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.locator('.message.target', { hasText: 'the kettle is broken' }).waitFor();
    expect(await page.locator('.search-panel').isVisible()).toBe(true);
    // From the selected message back to the field.
    await page.keyboard.press('/');
    await page.getByText('All rooms').click();
    await until('the results of all rooms', async () => (await results.count()) === 2);
    await results.filter({ hasText: 'another kettle' }).locator('a').click();
    await page.locator('.message.target', { hasText: 'another kettle' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/r/cellar');
    expect(await page.locator('.search-panel').isVisible()).toBe(true);
    await field.fill('nosuchword');
    await page.getByText('No message of your rooms matches.').waitFor();
    await field.fill('before:never');
    await page.locator('.search-panel .fault').waitFor();
    await field.press('Escape');
    expect(await page.locator('.search-panel').count()).toBe(0);
    await page.locator('#room-search:focus').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the page of a search leads back to the room from which it was opened', async () => {
    const { page, context } = await visit(browser, `${app.url}/r/kitchen`, { javaScriptEnabled: false });
    await page.locator('#room-search').click();
    await page.fill('#q', 'kettle');
    await page.locator('.search-form button').click();
    await page.locator('.result').first().waitFor();
    await page.getByRole('link', { name: 'Back to #kitchen' }).click();
    expect(new URL(page.url()).pathname).toBe('/r/kitchen');
    await context.close();
  });

  describe.each(SCREENS)('on %s', (_name, viewport) => {
    test('the panel, the page of results and a live view have no violations of axe', async () => {
      const { page, context } = await visit(browser, `${app.url}/r/kitchen`, { viewport });
      await page.locator('#room-search').click();
      await page.fill('#search-text', 'kettle');
      await page.locator('.search-panel .result').first().waitFor();
      expect(await violations(page)).toEqual([]);
      await page.goto(`${app.url}/search?q=kettle&room=kitchen`);
      expect(await violations(page)).toEqual([]);
      await page.goto(`${app.url}/view?q=kettle`);
      await page.locator('#results[data-drawn] .result').first().waitFor();
      expect(await violations(page)).toEqual([]);
      await context.close();
    });
  });
});
