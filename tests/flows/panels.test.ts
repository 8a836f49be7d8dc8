import type { Browser, Page } from 'playwright-core';
import type rethinkdb from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { violations } from '../support/axe.js';
import { closeContexts, say, sharedBrowser, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

describe('panels beside the room', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;
  let driver: rethinkdb.Connection;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
    driver = await app.database.connect();
  });

  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  const texts = (page: Page) => page.locator('.message-panel .body').allInnerTexts();
  const shows = (page: Page, expected: string[]) =>
    until(`the panel shows ${expected}`, async () => `${await texts(page)}` === `${expected}`);
  const write = async (row: object): Promise<string> => {
    const { generated_keys = [] } = await r
      .table('messages')
      .insert({ room: 'den', ...row })
      .run(driver);
    return generated_keys[0]!;
  };

  test('pins appear and disappear while the panel is open, also those of a driver, and lead to their messages', async () => {
    const old = await write({ body: 'an old rule', sent: r.epochTime(1_700_000_000) });
    const fresh = await write({ body: 'a fresh rule' });
    await r
      .table('messages')
      .insert(
        Array.from({ length: 120 }, (_, i) => ({
          room: 'den',
          body: `m${i}`,
          sent: r.epochTime(1_700_000_001 + i),
        })),
      )
      .run(driver);
    const { page, context, complaints } = await visit(browser, `${app.url}/r/den`);
    await page.locator('#people-button').press('Enter');
    await page.getByRole('link', { name: 'Pinned messages' }).press('Enter');
    const panel = page.getByRole('complementary', { name: 'Pinned messages' });
    await panel.getByText('No message of this room is pinned.').waitFor();
    await r
      .table('pins')
      .insert({ id: fresh, room: 'den', created: r.epochTime(1) })
      .run(driver);
    await shows(page, ['a fresh rule']);
    // It is not among the newest messages of the room.
    await r.table('pins').insert({ id: old, room: 'den', created: r.now() }).run(driver);
    await shows(page, ['an old rule', 'a fresh rule']);
    await r.table('messages').get(fresh).update({ body: 'changed' }).run(driver);
    await shows(page, ['an old rule', 'changed (edited)']);
    await r.table('pins').get(fresh).delete().run(driver);
    await shows(page, ['an old rule']);
    expect(await violations(page)).toEqual([]);
    await panel.getByRole('link', { name: 'Show in the room' }).press('Enter');
    await page.locator('#rows .message.target', { hasText: 'an old rule' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/r/den');
    await panel.getByRole('button', { name: 'Close' }).press('Enter');
    expect(await panel.count()).toBe(0);
    await context.close();
    expect(complaints).toEqual([]);
  });

  test('mentions of all rooms appear while the panel is open, and lead to their rooms', async () => {
    const { page, context, complaints } = await visit(browser, `${app.url}/r/den`);
    const id_user = await page.evaluate(
      `JSON.parse(document.querySelector('#state').textContent).user.id_user`,
    );
    await page.getByRole('link', { name: 'Mentions' }).press('Enter');
    const panel = page.getByRole('complementary', { name: 'Mentions' });
    await panel.getByText('No message mentions you yet.').waitFor();
    await write({ body: `here <@${id_user}>` });
    await until('the mention', async () => (await texts(page))[0]?.startsWith('here @Guest'));
    await write({ room: 'attic', body: `above <@${id_user}>`, author: { id_user: 'zoe', name: 'Zoë' } });
    await write({ body: `again <@${id_user}>` });
    await until('all mentions, newest first', async () => {
      const [again, above, here] = await texts(page);
      return again?.startsWith('again') && above?.startsWith('above') && here?.startsWith('here');
    });
    expect(await violations(page)).toEqual([]);
    await panel.getByRole('link', { name: '#attic' }).press('Enter');
    await page.locator('#rows .message.target', { hasText: 'above' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/r/attic');
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await context.close();
    expect(complaints).toEqual([]);
  });

  test('any emoji can be a reaction, and is offered first the next time, in German too', async () => {
    const { page, context, complaints } = await visit(browser, `${app.url}/r/nest`, { locale: 'de' });
    await say(page, 'Kuchen?');
    const message = page.locator('#rows .message:not(.unsent)');
    await message.press('+');
    await page.getByRole('button', { name: 'Weitere Emoji' }).press('Enter');
    const picker = page.getByRole('dialog', { name: 'Emoji' });
    await picker.getByRole('searchbox').fill('kuchenst');
    await picker.getByRole('button', { name: 'Torte' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.locator('.chip[data-emoji="🍰"]').waitFor();
    await page.locator('#emoji').press('Enter');
    await until(
      'the recent one',
      async () => (await picker.locator('.emoji-grid button').allInnerTexts()).join() === '🍰',
    );
    await context.close();
    expect(complaints).toEqual([]);
  });
});
