import type { Browser } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, sharedBrowser, shownTexts, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

describe('reading history', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;
  const texts = Array.from({ length: 350 }, (_, i) => `line ${i}`);

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
    const database = await app.database.connect();
    const start = Date.UTC(2025, 0, 1);
    const rows = texts.map((body, i) => ({ room: 'long', body, sent: new Date(start + i * 60_000) }));
    await r.table('messages').insert(rows).run(database);
  });

  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  test('scrolling up loads older messages and keeps the visible ones in place', async () => {
    const { page, context, complaints } = await visit(browser, `${app.url}/r/long`);
    expect(await shownTexts(page)).toEqual(texts.slice(-100));
    // Scrolls near the first message, so that the next page is loaded, and observes the position of a visible message.
    const scrollUp = `new Promise((resolve) => {
      const log = document.getElementById('log');
      log.scrollTop = -(log.scrollHeight - log.clientHeight - 300);
      const seen = [...document.querySelectorAll('.message')].find((row) => row.getBoundingClientRect().top > 200);
      const top = seen.getBoundingClientRect().top;
      const count = document.querySelectorAll('.message').length;
      const look = () => document.querySelectorAll('.message').length > count
        ? resolve(Math.abs(seen.getBoundingClientRect().top - top))
        : requestAnimationFrame(look);
      look();
    })`;
    for (const loaded of [200, 300, 350]) {
      expect(await page.evaluate(scrollUp)).toBeLessThan(1);
      await until(`${loaded} messages`, async () => (await shownTexts(page)).length === loaded);
    }
    expect(await shownTexts(page)).toEqual(texts);
    await page.getByText('This is the beginning of the room.').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('scrolling through many messages and back keeps the page small and the visible messages in place', async () => {
    const many = Array.from({ length: 1200 }, (_, i) => `entry ${i}`);
    const rows = many.map((body, i) => ({ room: 'many', body, sent: new Date(1.7e12 + i * 60_000) }));
    await r
      .table('messages')
      .insert(rows)
      .run(await app.database.connect());
    const { page, context, complaints } = await visit(browser, `${app.url}/r/many`);
    /**
     * Scrolls a third of the distance to an end of the log, waits until the rows at that end change, and measures by
     * how many pixels a visible message has moved. Null: the rows did not change, because the end is shown.
     */
    const step = (towards: 'start' | 'end', isDone: string) => `new Promise((resolve) => {
      const log = document.getElementById('log');
      const edge = () => {
        const rows = document.querySelectorAll('.message');
        return rows[${towards === 'start' ? 0 : 'rows.length - 1'}].dataset.id;
      };
      const before = edge();
      log.scrollTop = ${towards === 'start' ? '-(log.scrollHeight - log.clientHeight - 300)' : '-300'};
      const seen = [...document.querySelectorAll('.message')].find((row) => row.getBoundingClientRect().top > 200);
      const top = seen.getBoundingClientRect().top;
      const look = () => edge() !== before
        ? resolve(Math.abs(seen.getBoundingClientRect().top - top))
        : ${isDone} ? resolve(null) : requestAnimationFrame(look);
      requestAnimationFrame(look);
    })`;
    const count = () => page.locator('.message').count();
    const isOldest = `!document.getElementById('beginning').hidden`;
    for (let moved: unknown = 0; moved !== null; moved = await page.evaluate(step('start', isOldest))) {
      expect(moved).toBeLessThan(1);
      expect(await count()).toBeLessThanOrEqual(500);
    }
    expect((await shownTexts(page))[0]).toBe('entry 0');
    const isNewest = `document.querySelector('#rows > :last-child').textContent.includes('entry 1199')`;
    for (let moved: unknown = 0; moved !== null; moved = await page.evaluate(step('end', isNewest))) {
      expect(moved).toBeLessThan(1);
      expect(await count()).toBeLessThanOrEqual(500);
    }
    await page.evaluate(step('start', isOldest));
    await page.evaluate(step('start', isOldest));
    await page.getByRole('button', { name: 'Newest' }).click();
    await page.getByText('entry 1199').waitFor();
    expect(await page.getByRole('button', { name: 'Newest' }).isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('days are separated and times are shown in the zone of the reader', async () => {
    const { page, context } = await visit(browser, `${app.url}/r/long`, { timezoneId: 'Asia/Kolkata' });
    expect(await page.locator('.day').allInnerTexts()).toEqual(
      ['1 January 2025'].map(() => expect.stringContaining('January')),
    );
    // The last line was sent at 05:49 UTC.
    expect(await page.locator('.message time').last().getAttribute('datetime')).toBe(
      '2025-01-01T05:49:00.000Z',
    );
    const title = await page.locator('.message time').last().getAttribute('title');
    expect(title).toContain('11:19');
    await context.close();
  });

  test('a link leads to its message, and the messages after it follow up to the newest', async () => {
    const start = 1.6e12;
    const rows = Array.from({ length: 900 }, (_, i) => ({
      id: `linked-${i}`,
      room: 'linked',
      body: `item ${i}`,
      sent: new Date(start + i * 60_000),
    }));
    const database = await app.database.connect();
    await r.table('messages').insert(rows).run(database);
    await r
      .table('messages')
      .insert({ room: 'linked', body: 'an answer', reply_to: 'linked-300' })
      .run(database);
    const { page, context, complaints } = await visit(browser, `${app.url}/r/linked?at=linked-500`);
    const target = page.locator('.target');
    const isVisible = (text: string) =>
      page.evaluate(`(() => {
        const log = document.getElementById('log').getBoundingClientRect();
        const bodies = [...document.querySelectorAll('#rows .body')];
        const place = bodies.find((one) => one.textContent.endsWith('${text}'))?.getBoundingClientRect();
        return place !== undefined && place.top >= log.top && place.bottom <= log.bottom;
      })()`);
    expect(await target.locator('.body').textContent()).toBe('item 500');
    await page.locator('.gap').waitFor({ state: 'attached' });
    expect(await isVisible('item 500')).toBe(true);
    // A reader who waits before a gap, where the page loads the messages in it.
    const scrollDown = () =>
      page.evaluate(`(() => {
        const log = document.getElementById('log');
        const gap = document.querySelector('.gap')?.getBoundingClientRect();
        if (!gap || gap.top > log.getBoundingClientRect().bottom + log.clientHeight - 1)
          log.scrollTop += log.clientHeight;
      })()`);
    await until('the newest message', async () => {
      await scrollDown();
      return isVisible('an answer');
    });
    expect(await page.locator('.gap').count()).toBe(0);

    await page.locator('.quote-line').click();
    await until('the original', async () => (await target.locator('.body').textContent()) === 'item 300');
    expect(await isVisible('item 300')).toBe(true);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
