import type { Browser, Page } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, sharedBrowser, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

describe('settings', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;
  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
  });
  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  const choose = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).check();
  const backgroundOf = (page: Page) =>
    page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  const dataOf = (page: Page) => page.evaluate<object>('({ ...document.documentElement.dataset })');

  test('the dialog changes the look of all tabs at once, and a reload keeps it', async () => {
    const { page, context, complaints } = await visit(browser, `${app.url}/r/looks`, {
      colorScheme: 'light',
    });
    const second = await context.newPage();
    await second.goto(`${app.url}/r/looks`);
    await second.waitForSelector('body[data-state="live"]');
    const paper = await backgroundOf(page);
    await page.getByRole('link', { name: 'Settings' }).click();
    await choose(page, 'Dark');
    await choose(page, 'Compact');
    for (const tab of [page, second])
      await until('the dark, compact page', async () => {
        const { theme, density } = (await dataOf(tab)) as Record<string, string>;
        return theme === 'dark' && density === 'compact';
      });
    expect(await backgroundOf(second)).not.toBe(paper);
    await page.reload();
    expect(await dataOf(page)).toEqual({ theme: 'dark', density: 'compact' });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByRole('link', { name: 'Settings' }).click();
    await choose(page, 'Light');
    await page.waitForSelector('[data-theme="light"]');
    expect(await backgroundOf(page)).toBe(paper);
    await choose(page, 'Deutsch');
    await page.waitForSelector('html[lang="de"] #body[placeholder="Nachricht an #looks"]');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a compact page of 1280 × 800 shows at least 30 messages of changing authors', async () => {
    const driver = await app.database.connect();
    const rows = Array.from({ length: 60 }, (_, i) => ({
      id: `line ${i}`,
      room: 'dense',
      body: `line ${i}`,
      author: { id_user: `user ${i % 3}`, name: `User ${i % 3}` },
      sent: new Date(1_700_000_000_000 + i * 1_000),
    }));
    await r.table('messages').insert(rows).run(driver);
    const { page, context } = await visit(browser, app.url, { viewport: { width: 1280, height: 800 } });
    await context.request.patch(`${app.url}/api/me/settings`, { data: { density: 'compact' } });
    await page.goto(`${app.url}/r/dense`);
    await page.waitForSelector('body[data-state="live"]');
    const visible = await page.evaluate<number>(`(() => {
      const log = document.querySelector('#log').getBoundingClientRect();
      return [...document.querySelectorAll('.message .body')].filter((body) => {
        const { top, bottom } = body.getBoundingClientRect();
        return top >= log.top && bottom <= log.bottom;
      }).length;
    })()`);
    expect(visible).toBeGreaterThanOrEqual(30);
    await context.close();
  });
});
