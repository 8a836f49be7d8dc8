import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { TORTURE_BODIES, TORTURE_NAMES } from '../support/torture-texts.js';
import { until } from '../support/until.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESKTOP = { viewport: { width: 1280, height: 800 } };
const ADA = { id_user: 'ada', name: 'Ada' };

describe('the display of messages', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
  });

  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  const enter = (room: string, options: BrowserContextOptions = {}) =>
    visit(browser, `${app.url}/r/${room}`, options);

  async function write(room: string, bodies: readonly string[], more: object = {}): Promise<void> {
    const rows = bodies.map((body, i) => ({ room, body, author: ADA, sent: new Date(1.7e12 + i), ...more }));
    await r
      .table('messages')
      .insert(rows)
      .run(await app.database.connect());
  }

  /** Own messages, delivered. */
  async function sayAll(page: Page, ...texts: string[]): Promise<void> {
    for (const text of texts) await say(page, text);
    await until('the delivery', async () => (await shownTexts(page)).length === texts.length);
  }

  const boxOf = async (page: Page, selector: string) => {
    const box = await page.locator(selector).first().boundingBox();
    if (!box) throw new Error(`${selector} is not visible`);
    return box;
  };

  test.each([
    ['a phone', PHONE],
    ['a wide screen', DESKTOP],
  ])('nothing moves on %s when the page starts, loses its connection and regains it', async (_, options) => {
    await write('still', ['one', 'two', 'three']);
    for (const room of ['still', 'nothing-here']) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      await page.addInitScript(`window.moved = 0; new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) window.moved += value;
      }).observe({ type: 'layout-shift', buffered: true })`);
      // The page is painted before its script runs.
      const isPainted = `performance.getEntriesByName('first-contentful-paint').length > 0`;
      await page.route('**/page-*.js', async (route) => {
        await until('the first paint', () => page.evaluate(isPainted));
        await route.continue();
      });
      await page.goto(`${app.url}/r/${room}`);
      await page.waitForSelector('body[data-state="live"]');
      await context.setOffline(true);
      await page.waitForSelector('body[data-state="offline"]');
      await context.setOffline(false);
      await page.waitForSelector('body[data-state="live"]');
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      expect(await page.evaluate('window.moved')).toBeLessThan(0.02);
      await context.close();
    }
  });

  test('a long message is collapsed until it is expanded, with and without JavaScript', async () => {
    const long = Array.from({ length: 200 }, (_, i) => `line ${i}`).join('\n');
    await write('long', ['before', long, `top${'\n'.repeat(3900)}end`]);
    for (const javaScriptEnabled of [true, false]) {
      const { page, context, complaints } = await enter('long', { ...DESKTOP, javaScriptEnabled });
      const log = javaScriptEnabled ? page : page.frameLocator('#log-frame');
      const body = log.locator('.body', { hasText: 'line 0' });
      const height = async () => (await body.boundingBox())?.height ?? 0;
      expect(await height()).toBeLessThan(500);
      expect((await log.locator('.body').last().boundingBox())?.height).toBeLessThan(150);
      const top = (await body.boundingBox())?.y;
      await log.locator('.rows').getByText('Show more').click();
      await until('the whole message', async () => (await height()) > 3000);
      if (javaScriptEnabled) expect((await body.boundingBox())?.y).toBeCloseTo(top ?? 0, 0);
      await log.locator('.rows').getByText('Show less').click();
      await until('the collapsed message', async () => (await height()) < 500);
      expect(complaints).toEqual([]);
      await context.close();
    }
  });

  test('an expanded message stays expanded when its author changes the name', async () => {
    await write('renamed', ['many words '.repeat(300)], { id: 'renamed' });
    const { page, context } = await enter('renamed', DESKTOP);
    await page.locator('#rows').getByText('Show more').click();
    await r
      .table('messages')
      .get('renamed')
      .update({ author: { ...ADA, name: 'Augusta' } })
      .run(await app.database.connect());
    await page.getByText('Augusta').waitFor();
    expect(await page.locator('#rows').getByText('Show less').isVisible()).toBe(true);
    await context.close();
  });

  test('a message without a head shows its time beside it on hover and touch', async () => {
    await write('times', ['first', 'second']);
    for (const options of [DESKTOP, PHONE]) {
      const { page, context } = await enter('times', { ...options, locale: 'en-US' });
      const time = page.locator('.message.follows time');
      const row = page.locator('.message.follows');
      const opacity = () =>
        page.evaluate(`getComputedStyle(document.querySelector('.message.follows time')).opacity`);
      expect(await opacity()).toBe('0');
      await (options === PHONE ? row.tap() : row.hover());
      await until('the time', async () => (await opacity()) === '1');
      const [box, body] = [await time.boundingBox(), await row.locator('.body').boundingBox()];
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(body?.x ?? 0);
      expect(box?.y).toBeGreaterThan((body?.y ?? 0) - 1);
      await context.close();
    }
  });

  test('the actions of a message are next to it', async () => {
    const { page, context } = await enter('near', DESKTOP);
    await sayAll(page, 'short', 'a message that is longer than the others '.repeat(4));
    for (const index of [0, 1]) {
      const row = page.locator('.message').nth(index);
      await row.locator('.body').hover();
      const [actions, body] = [
        await row.locator('.actions').boundingBox(),
        await row.locator('.body').boundingBox(),
      ];
      if (!actions || !body) throw new Error('the row is not visible');
      // Over the upper edge of a wide body, so that they cover no text.
      const isWide = index === 1;
      if (isWide) expect(actions.y + actions.height).toBeLessThan(body.y + 8);
      expect(actions.y + actions.height).toBeGreaterThan(body.y);
      expect(actions.y).toBeGreaterThan(body.y - (isWide ? 40 : 10));
      expect(actions.y + actions.height).toBeLessThan(body.y + body.height + 10);
      expect(actions.x - (body.x + body.width)).toBeLessThan(20);
    }
    await context.close();
  });

  test('on a touch screen the actions of a message are large enough to touch, and below it', async () => {
    const { page, context } = await enter('touch', PHONE);
    await sayAll(page, 'one', 'two');
    expect(await page.locator('.actions').first().isVisible()).toBe(false);
    await page.locator('.message').first().tap();
    const [actions, body] = [await boxOf(page, '.actions'), await boxOf(page, '.body')];
    expect(actions.y).toBeGreaterThanOrEqual(body.y + body.height);
    for (const tool of await page.locator('.message').first().locator('.tool').all())
      expect((await tool.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    await context.close();
  });

  test('a copied conversation contains names and texts, and no labels of buttons', async () => {
    const { page, context } = await enter('copied', DESKTOP);
    await page.fill('#name', 'Grace');
    await page.press('#name', 'Enter');
    await sayAll(page, 'one', 'two');
    await until('the name', async () => (await page.locator('.author').first().textContent()) === 'Grace');
    await page.evaluate(`getSelection().selectAllChildren(document.querySelector('#rows'))`);
    const copied = (await page.evaluate('getSelection().toString()')) as string;
    expect(copied).toMatch(/Grace[\s\S]*one[\s\S]*two/);
    expect(copied).not.toMatch(/Edit|Delete|^G$/m);
    await context.close();
  });

  test('own messages differ from others with the colours of the user', async () => {
    await write('forced', ['of another author']);
    const { page, context } = await enter('forced', { ...DESKTOP, forcedColors: 'active' });
    await say(page, 'mine');
    await until('the delivery', async () => (await shownTexts(page)).length === 2);
    const borders = await page.evaluate(`[...document.querySelectorAll('.body')].map((body) => {
      const { borderInlineStartWidth, borderColor } = getComputedStyle(body);
      return borderInlineStartWidth + borderColor;
    })`);
    expect(new Set(borders as string[]).size).toBe(2);
    await context.close();
  });

  test('a message that begins with /me is a sentence about its author, and is edited as it was written', async () => {
    const { page, context } = await enter('actions', DESKTOP);
    await page.fill('#name', 'Hopper');
    await page.press('#name', 'Enter');
    await sayAll(page, '/me waves');
    const row = page.locator('.message.action');
    await until('the name', async () => (await row.locator('.author').textContent()) === 'Hopper');
    expect(await row.locator('.body').textContent()).toBe('waves');
    await page.press('#body', 'ArrowUp');
    expect(await page.inputValue('.editor textarea')).toBe('/me waves');
    await context.close();
  });

  test('hostile texts and names neither execute nor overflow on a phone', async () => {
    const ROOM_SIZE = 90;
    const texts = [...TORTURE_BODIES, ...TORTURE_NAMES];
    const rooms = Array.from({ length: Math.ceil(texts.length / ROOM_SIZE) }, (_, i) => `torture-${i}`);
    const rows = texts.map((body, i) => ({
      room: rooms[Math.floor(i / ROOM_SIZE)],
      body,
      author: { id_user: `u${i}`, name: TORTURE_NAMES[i % TORTURE_NAMES.length] },
      sent: new Date(1.7e12 + i),
    }));
    const { first_error } = await r
      .table('messages')
      .insert(rows)
      .run(await app.database.connect());
    expect(first_error).toBeUndefined();
    for (const [i, room] of rooms.entries()) {
      const { page, context, complaints } = await enter(room, { ...PHONE, javaScriptEnabled: true });
      page.on('dialog', (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
      const expected = Math.min(ROOM_SIZE, texts.length - i * ROOM_SIZE);
      await until('all messages', async () => (await page.locator('.message').count()) === expected);
      await page.evaluate(`for (const more of document.querySelectorAll('.more')) more.open = true`);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      // Code scrolls within its block.
      const wide = await page.evaluate(`(() => {
        const { right } = document.querySelector('#rows').getBoundingClientRect();
        const isWide = (part) => !part.closest('pre') && part.getBoundingClientRect().right > right + 1;
        return [...document.querySelectorAll('#rows *')].filter(isWide).map((part) => part.outerHTML.slice(0, 100));
      })()`);
      expect(wide).toEqual([]);
      const excess = await page.evaluate(`(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(
        document.querySelector('#log'))`);
      expect(excess).toBe(0);
      expect(complaints).toEqual([]);
      await context.close();
    }
  });

  test('code has colours and is copied, and emoji are inserted by completion and by the picker', async () => {
    const { page, context, complaints } = await enter('formatted', DESKTOP);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await sayAll(page, '**bold** and\n```js\nconst a = 1;\n```');
    await page.locator('.hljs-keyword', { hasText: 'const' }).waitFor();
    await page.locator('.copy-code').click();
    await page.locator('.copy-code', { hasText: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('const a = 1;');
    await page.locator('#body').pressSequentially('so :tad');
    await page.getByRole('option', { name: ':tada:' }).waitFor();
    await page.press('#body', 'Tab');
    await page.locator('#body').pressSequentially(':smile:');
    expect(await page.inputValue('#body')).toBe('so 🎉 😄');
    await page.press('#body', 'Control+a');
    await page.press('#body', 'Control+i');
    expect(await page.inputValue('#body')).toBe('*so 🎉 😄*');
    await page.fill('#body', '');
    await page.click('#emoji');
    await page.getByLabel('Search emoji').fill('rocket');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await until('the emoji', async () => (await page.inputValue('#body')) === '🚀');
    expect(await page.evaluate('document.activeElement.id')).toBe('body');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the name of a guest fits its field', async () => {
    const { page, context } = await enter('guest', DESKTOP);
    const isCut = await page.evaluate(`(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(
      document.querySelector('#name'))`);
    expect(isCut).toBe(false);
    await context.close();
  });

  test('a printed room is the whole conversation without the panels', async () => {
    await write(
      'printed',
      Array.from({ length: 60 }, (_, i) => `line ${i}`),
    );
    const { page, context } = await enter('printed', DESKTOP);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#composer').isVisible()).toBe(false);
    expect(await page.locator('#side').isVisible()).toBe(false);
    const [log, rows] = [await boxOf(page, '#log'), await boxOf(page, '#rows')];
    expect(log.height).toBeGreaterThanOrEqual(rows.height);
    expect(rows.height).toBeGreaterThan(DESKTOP.viewport.height);
    await context.close();
  });
});
