import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, type Visitor, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

describe('texts that are not sent yet', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;
  let visitor: Visitor;
  let context: BrowserContext;
  let page: Page;
  let address: string;
  let rooms = 0;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
  });
  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });
  beforeEach(async () => {
    rooms += 1;
    address = `${app.url}/r/unsent-${rooms}`;
    visitor = await visit(browser, address);
    ({ context, page } = visitor);
  });
  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await context.close();
  });

  /** Another tab of the same browser. */
  async function openTab(url = address): Promise<Page> {
    const tab = await context.newPage();
    await tab.goto(url);
    await tab.waitForSelector('body[data-state="live"]');
    return tab;
  }

  /** Makes the page's own connection unusable: the browser is online, and other tabs too. */
  async function disconnect(tab: Page): Promise<void> {
    await tab.evaluate("dispatchEvent(new Event('offline'))");
    await tab.waitForSelector('body:not([data-state="live"])');
  }

  const shows = (tab: Page, texts: string[]) =>
    until(
      `messages ${JSON.stringify(texts)} on screen`,
      async () => JSON.stringify(await shownTexts(tab)) === JSON.stringify(texts),
    );

  test('an open tab sends the unsent messages of a tab that was closed', async () => {
    const other = await openTab();
    await disconnect(page);
    await say(page, 'one');
    await say(page, 'two');
    await page.close();
    await shows(other, ['one', 'two']);
    expect(await other.evaluate("Object.keys(localStorage).filter((key) => key.includes('outbox'))")).toEqual(
      [],
    );
  });

  test('a new tab sends the unsent messages of the last one', async () => {
    await disconnect(page);
    await say(page, 'left behind');
    await page.close();
    const next = await openTab();
    await shows(next, ['left behind']);
  });

  test('two open tabs send each message once', async () => {
    const other = await openTab();
    await say(page, 'from the first');
    await shows(other, ['from the first']);
    await say(other, 'from the second');
    await shows(page, ['from the first', 'from the second']);
    await shows(other, ['from the first', 'from the second']);
  });

  test('a draft is in other tabs and after closing the tab, and its room is marked', async () => {
    const elsewhere = await openTab(`${app.url}/r/unsent-elsewhere-${rooms}`);
    await page.bringToFront();
    await page.fill('#body', 'a thought');
    const row = elsewhere.locator('#rooms a', { hasText: `unsent-${rooms}` });
    await row.getByText('draft').waitFor();
    await page.close();
    const next = await openTab();
    expect(await next.inputValue('#body')).toBe('a thought');
    await say(next, 'a thought, finished');
    await shows(next, ['a thought, finished']);
    await until('the mark is gone', async () => (await row.getByText('draft').count()) === 0);
  });

  test('an edit in progress survives a reload', async () => {
    await say(page, 'frist');
    await shows(page, ['frist']);
    await page.press('#body', 'ArrowUp');
    await page.fill('.editor textarea', 'first, almost');
    await page.reload();
    await page.waitForSelector('body[data-state="live"]');
    expect(await page.inputValue('.editor textarea')).toBe('first, almost');
    await page.press('.editor textarea', 'Enter');
    await shows(page, ['first, almost']);
    await page.reload();
    await page.waitForSelector('body[data-state="live"]');
    expect(await page.locator('.editor').count()).toBe(0);
  });

  test('the browser asks before a tab with unsent messages is closed', async () => {
    const questions: string[] = [];
    page.on('dialog', (dialog) => {
      questions.push(dialog.type());
      void dialog.accept();
    });
    await disconnect(page);
    await say(page, 'unsent');
    await page.close({ runBeforeUnload: true });
    await until('the question', () => questions.length > 0);
    expect(questions).toEqual(['beforeunload']);
  });

  test('a link to another room asks nothing', async () => {
    const questions: string[] = [];
    page.on('dialog', (dialog) => {
      questions.push(dialog.type());
      void dialog.dismiss();
    });
    await disconnect(page);
    await say(page, 'unsent');
    await page.locator('#rooms a', { hasText: 'lobby' }).click();
    await page.waitForURL(`${app.url}/`);
    expect(questions).toEqual([]);
    await page.goto(address);
    await shows(page, ['unsent']);
  });
});
