import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, type Visitor, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

const BOTS = [
  { command: 'roll', usage: '/roll 2d6', help: 'Rolls dice' },
  { command: 'rot13', usage: '/rot13 text', help: '<b onclick="hacked = 1">Turns</b> letters' },
  { command: 'stock', usage: '/stock=aapl.us', help: 'Quotes a price' },
];
const MANY = Array.from({ length: 40 }, (_, i) => ({
  command: `c${i}`,
  usage: `/c${i} ${'argument'.repeat(10)}`,
  help: 'helpful '.repeat(20),
}));

describe('commands to bots', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;
  let rooms = 0;

  beforeAll(async () => {
    // The address of a broker at which no process listens.
    const env = { AMQP_URL: 'amqp://127.0.0.1:1' };
    [app, browser] = await Promise.all([startTestApp({ env }), sharedBrowser()]);
  });

  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  /** A visitor in a separate room, on a server to which bots have announced these commands. */
  async function enter(
    bots: object[] = BOTS,
    options: BrowserContextOptions = {},
  ): Promise<Visitor & { room: string; asked: () => number }> {
    rooms += 1;
    const room = `room ${rooms}`;
    const visitor = await visit(browser, `${app.url}/r/${encodeURIComponent(room)}`, options);
    let asked = 0;
    await visitor.page.route('**/api/bots', (route) => {
      asked += 1;
      return route.fulfill({ json: bots });
    });
    return { ...visitor, room, asked: () => asked };
  }

  async function leave({ context, complaints }: Visitor): Promise<void> {
    await context.close();
    expect(complaints).toEqual([]);
  }

  const list = (page: Page) => page.getByRole('listbox', { name: 'What bots can do' });
  const type = (page: Page, text: string) => page.locator('#body').pressSequentially(text);
  const written = (page: Page) => page.inputValue('#body');
  const hasFocus = (page: Page) => page.evaluate('document.activeElement.id === "body"');
  const shows = (page: Page, usages: string[]) =>
    until(`the commands ${usages.join(', ')}`, async () => {
      const shown = await list(page).locator('code').allInnerTexts();
      return JSON.stringify(shown) === JSON.stringify(usages);
    });

  test('commands are listed during typing, completed by keyboard and sent', async () => {
    const { asked, ...ann } = await enter();
    const { page } = ann;
    await type(page, 'a/');
    expect(asked()).toBe(0);
    await page.fill('#body', '');
    await type(page, '/');
    await shows(page, ['/roll 2d6', '/rot13 text', '/stock=aapl.us']);
    await type(page, 'ro');
    await shows(page, ['/roll 2d6', '/rot13 text']);
    await page.press('#body', 'ArrowDown');
    await page.press('#body', 'ArrowUp');
    await page.press('#body', 'Enter');
    expect(await written(page)).toBe('/roll ');
    await list(page).waitFor({ state: 'hidden' });
    expect(await page.textContent('#usage')).toBe('/roll 2d6 Rolls dice');
    await type(page, '2d6');
    await page.press('#body', 'Enter');
    await until('the command', async () => (await shownTexts(page)).join() === '/roll 2d6');
    expect(await page.textContent('#usage')).toBe('');
    await type(page, '/st');
    await shows(page, ['/stock=aapl.us']);
    await page.press('#body', 'Tab');
    expect(await written(page)).toBe('/stock=');
    expect(await hasFocus(page)).toBe(true);
    expect(asked()).toBe(1);
    await leave(ann);
  });

  test('Enter sends a complete command, and Shift+Enter breaks the line', async () => {
    const ann = await enter();
    const { page } = ann;
    await type(page, '/roll');
    await shows(page, ['/roll 2d6']);
    await page.press('#body', 'Enter');
    await until('the command', async () => (await shownTexts(page)).join() === '/roll');
    await type(page, '/ro');
    await shows(page, ['/roll 2d6', '/rot13 text']);
    await page.press('#body', 'Shift+Enter');
    expect(await written(page)).toBe('/ro\n');
    await list(page).waitFor({ state: 'hidden' });
    await leave(ann);
  });

  test('the list of commands ignores keys while an input method composes', async () => {
    const ann = await enter();
    const { page } = ann;
    await type(page, '/ro');
    await shows(page, ['/roll 2d6', '/rot13 text']);
    for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
      const event = JSON.stringify({ key: 'Enter', bubbles: true, cancelable: true, ...init });
      const isLeft = await page.evaluate(
        `document.getElementById('body').dispatchEvent(new KeyboardEvent('keydown', ${event}))`,
      );
      expect(isLeft).toBe(true);
    }
    expect(await written(page)).toBe('/ro');
    await leave(ann);
  });

  test('Escape or losing the focus closes the list of commands', async () => {
    const ann = await enter();
    const { page } = ann;
    await type(page, '/r');
    await list(page).waitFor();
    await page.press('#body', 'Escape');
    await list(page).waitFor({ state: 'hidden' });
    await type(page, 'ol');
    expect(await list(page).isVisible()).toBe(false);
    await page.fill('#body', '');
    await type(page, '/r');
    await list(page).waitFor();
    await page.focus('#name');
    await list(page).waitFor({ state: 'hidden' });
    expect(await written(page)).toBe('/r');
    await leave(ann);
  });

  test('commands are chosen by mouse and touch while the field keeps the focus', async () => {
    for (const hasTouch of [false, true]) {
      const ann = await enter(BOTS, { hasTouch });
      const { page } = ann;
      await type(page, '/');
      const option = page.getByRole('option', { name: '/rot13 text' });
      await (hasTouch ? option.tap() : option.click());
      expect(await written(page)).toBe('/rot13 ');
      expect(await hasFocus(page)).toBe(true);
      await leave(ann);
    }
  });

  test('the list of commands is announced to screen readers', async () => {
    const ann = await enter();
    const { page } = ann;
    expect(await page.getByRole('combobox').count()).toBe(0);
    await type(page, '/r');
    const field = page.getByRole('combobox', { name: 'Message to', expanded: true });
    await field.waitFor();
    expect(await field.getAttribute('aria-autocomplete')).toBe('list');
    expect(await field.getAttribute('aria-controls')).toBe(await list(page).getAttribute('id'));
    await page.press('#body', 'ArrowDown');
    const selected = page.getByRole('option', { selected: true });
    expect(await selected.textContent()).toContain('/rot13 text');
    expect(await field.getAttribute('aria-activedescendant')).toBe(await selected.getAttribute('id'));
    await page.getByRole('status').getByText('2 commands').waitFor({ state: 'attached' });
    await page.press('#body', 'Escape');
    await page.getByRole('combobox', { expanded: false }).waitFor();
    expect(await page.getAttribute('#body', 'aria-activedescendant')).toBeNull();
    await leave(ann);
  });

  test('commands are shown as text and fit a narrow screen, however many and long they are', async () => {
    const ann = await enter(BOTS, { viewport: { width: 360, height: 640 } });
    await type(ann.page, '/rot');
    await ann.page.getByRole('option').getByText(BOTS[1]!.help).waitFor();
    expect(await ann.page.locator('#commands b').count()).toBe(0);
    await leave(ann);

    const bob = await enter(MANY, { viewport: { width: 360, height: 640 } });
    const { page } = bob;
    await type(page, '/');
    await list(page).waitFor();
    await page.press('#body', 'ArrowUp');
    const [box, field, last] = await Promise.all(
      [list(page), page.locator('#composer'), page.getByRole('option').last()].map((one) =>
        one.boundingBox(),
      ),
    );
    expect(box!.x).toBeGreaterThanOrEqual(0);
    expect(box!.x + box!.width).toBeLessThanOrEqual(360);
    expect(box!.y).toBeGreaterThan(0);
    expect(box!.y + box!.height).toBeLessThanOrEqual(field!.y);
    expect(box!.height / last!.height).toBeLessThan(9);
    // It is selected and in view.
    expect(last!.y + last!.height).toBeLessThanOrEqual(box!.y + box!.height);
    expect(last!.width).toBeLessThanOrEqual(box!.width);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await leave(bob);
  });

  test('unknown or late lists of commands do not disturb typing', async () => {
    const ann = await enter();
    const { page } = ann;
    const asked: (() => void)[] = [];
    await page.route('**/api/bots', (route) => {
      asked.push(() => void (asked.length === 1 ? route.abort() : route.fulfill({ json: BOTS })));
    });
    await type(page, '/ro');
    await until('a question', () => asked.length === 1);
    const failed = page.waitForEvent('requestfailed');
    asked[0]!();
    await failed;
    expect(await list(page).isVisible()).toBe(false);
    await type(page, 'll 2d6');
    await page.press('#body', 'Enter');
    await until('the command', async () => (await shownTexts(page)).join() === '/roll 2d6');
    await page.reload();
    await page.waitForSelector('body[data-state="live"]');
    await type(page, '/roll 3');
    await until('another question', () => asked.length === 2);
    asked[1]!();
    await page.locator('#usage', { hasText: '/roll 2d6' }).waitFor();
    expect(await list(page).isVisible()).toBe(false);
    expect(await written(page)).toBe('/roll 3');
    await leave(ann);
  });

  test('a command that waits for bots is delivered as a message, and its sender sees a notice', async () => {
    const ann = await enter();
    const bob = await visit(browser, ann.page.url());
    const { page } = ann;
    const notice = page.getByRole('status').getByText('Bots are unavailable');
    await say(page, '/roll 2d6');
    await notice.waitFor();
    await until('the command', async () => (await shownTexts(bob.page)).join() === '/roll 2d6');
    await until('no message in doubt', async () => (await page.locator('.unsent').count()) === 0);
    expect(await page.locator('.fault:visible').count()).toBe(0);
    expect(await bob.page.textContent('#bots-notice')).toBe('');

    await say(page, 'never mind');
    await notice.waitFor({ state: 'detached' });
    await say(page, '/roll 2d6');
    await notice.waitFor();
    const database = await app.database.connect();
    const answer = { room: ann.room, body: '7', kind: 'bot', author: { id_user: null, name: 'Dice' } };
    await r.table('messages').insert(answer).run(database);
    await notice.waitFor({ state: 'detached' });
    const meta = page.locator('.message.bot .meta');
    expect(await meta.textContent()).toMatch(/^Dicebot/);
    await leave(bob);
    await leave(ann);
  });

  test('the sender of a waiting command sees the notice once without JavaScript', async () => {
    const { page, context } = await visit(browser, `${app.url}/r/forms`, { javaScriptEnabled: false });
    await page.fill('#body', '/roll 2d6');
    await page.click('#send');
    expect(await shownTexts(page)).toEqual(['/roll 2d6']);
    expect(await page.textContent('#bots-notice')).toBe('Bots are unavailable');
    const refresh = page.frameLocator('#log-frame').locator('meta[http-equiv="refresh"]');
    expect(await refresh.getAttribute('content')).toBe('20; url=/r/forms?log');
    await page.fill('#body', 'never mind');
    await page.click('#send');
    expect(await page.textContent('#bots-notice')).toBe('');
    await context.close();
  });
});
