import type { Browser } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

describe('losing the connection', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;
  let way: TcpProxy;
  let database: r.Connection;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
    way = await startTcpProxy(Number(new URL(app.url).port));
    database = await app.database.connect();
  });

  afterAll(async () => {
    await closeContexts();
    await way?.stop();
    await app?.stop();
  });

  const enter = (room: string) => visit(browser, `http://127.0.0.1:${way.port}/r/${room}`);

  /** The texts that the table holds, in order. */
  async function table(room: string): Promise<string[]> {
    const rows = r.table('messages').filter({ room }).orderBy('sent', 'id').getField('body');
    return (await rows.run(database)) as unknown as string[];
  }

  const insert = (room: string, bodies: string[], from = 0) =>
    r
      .table('messages')
      .insert(
        bodies.map((body, i) => ({
          id: `${room}-${from + i}`,
          room,
          body,
          sent: new Date(1.7e12 + (from + i) * 1000),
        })),
      )
      .run(database);

  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `line ${from + i}`);

  test('a network that stops without an error is reported when a message has no answer', async () => {
    const { page, context } = await enter('silent');
    way.partition();
    await say(page, 'into the silence');
    await page.getByText('No answer from the server').waitFor();
    expect(await page.locator('body').getAttribute('data-state')).toBe('stale');
    way.mend();
    await page.waitForSelector('body[data-state="live"]');
    await until('the delivery', async () => (await shownTexts(page)).includes('into the silence'));
    await context.close();
  });

  test('after a reconnection the screen equals the table, with new, edited and deleted messages', async () => {
    await insert('faults', lines(0, 150));
    const { page, complaints, context } = await enter('faults');
    await page.evaluate('document.getElementById("log").scrollTop = -1e6');
    await until('all history', async () => (await shownTexts(page)).length === 150);

    way.cut();
    await page.waitForSelector('body[data-state="reconnecting"]');
    await r.table('messages').get('faults-3').update({ body: 'changed' }).run(database);
    await r.table('messages').get('faults-5').delete().run(database);
    await r.table('messages').get('faults-140').delete().run(database);
    await insert('faults', lines(150, 170), 150);
    way.mend();
    await page.waitForSelector('body[data-state="live"]');

    const expected = await table('faults');
    await until('the screen to hold what the table holds', async () => {
      return JSON.stringify(await shownTexts(page)) === JSON.stringify(expected);
    });
    expect(await page.locator('.gap').count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('when more than a window was missed, the screen shows a gap and loads it on demand', async () => {
    await insert('gap', lines(0, 20));
    const { page, context } = await enter('gap');
    way.cut();
    await page.waitForSelector('body[data-state="reconnecting"]');
    await insert('gap', lines(20, 320), 20);
    way.mend();
    await page.waitForSelector('body[data-state="live"]');
    const gap = page.locator('.gap');
    await gap.waitFor({ state: 'attached' });
    expect((await shownTexts(page)).slice(0, 21)).toEqual([...lines(0, 20), 'line 120']);
    await until('the gap to close', async () => {
      if ((await gap.count()) === 0) return true;
      const load = gap.getByRole('button', { name: 'Load them' });
      if (await load.isVisible()) await load.click();
      return false;
    });
    expect(await shownTexts(page)).toEqual(lines(0, 320));
    await context.close();
  });

  test('a message written offline waits in its place, survives a reload and is sent once', async () => {
    const { page, context } = await enter('outbox');
    await say(page, 'before');
    await until('delivery', async () => (await shownTexts(page)).length === 1);
    way.cut();
    await page.waitForSelector('body[data-state="reconnecting"]');
    await say(page, 'offline');
    expect(await page.locator('.message.unsent .body').textContent()).toBe('offline');
    way.mend();
    await page.reload();
    await page.waitForSelector('body[data-state="live"]');
    await until('delivery', async () => (await shownTexts(page)).length === 2);
    expect(await page.locator('.message.unsent').count()).toBe(0);
    expect(await table('outbox')).toEqual(['before', 'offline']);
    await context.close();
  });

  test('messages that were being sent when the connection was lost are delivered once', async () => {
    const { page, context } = await enter('under-way');
    const written: string[] = [];
    for (let i = 0; i < 12; i++) {
      await say(page, `message ${i}`);
      written.push(`message ${i}`);
      if (i % 4 === 3) {
        way.cut();
        await page.waitForSelector('body[data-state="reconnecting"]');
        way.mend();
      }
    }
    await until('delivery', async () => (await shownTexts(page)).length === written.length);
    expect(await shownTexts(page)).toEqual(written);
    expect(await table('under-way')).toEqual(written);
    await context.close();
  });

  test('an offline browser shows its state and reconnects on its own', async () => {
    const { page, context } = await enter('offline');
    await context.setOffline(true);
    await page.waitForSelector('body[data-state="offline"]');
    await say(page, 'later');
    await context.setOffline(false);
    await until('delivery', async () => (await shownTexts(page)).length === 1);
    await context.close();
  });

  test('a restarting server announces it, and the page reconnects after the requested delay', async () => {
    const { page, context } = await enter('restart');
    app.app.parts.sockets.sayGoingAway(3_600_000);
    await page.getByText('Server restarting, reconnecting').waitFor();
    expect(await page.locator('#countdown').textContent()).toMatch(/^in \d{1,3}(,\d{3})? s$/);
    await say(page, 'after the restart');
    expect(await page.locator('.message.unsent').count()).toBe(1);
    await page.getByRole('button', { name: 'Now' }).click();
    await until('delivery', async () => (await shownTexts(page)).length === 1);
    await context.close();
  });
});
