import type { Browser } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { SCREENS, violations } from '../support/axe.js';
import { closeContexts, say, sharedBrowser, shownTexts, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

const MARKUP =
  '> quoted **text**\n\n```js\nconst moisture = 18; // percent\n```\n\n- `a list`\n- ~~with~~ *two* lines';

describe('accessibility', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
  });

  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  describe.each(SCREENS)('on %s', (_name, viewport) => {
    test('a room with messages, its panels and its dialog have no violations of axe', async () => {
      const { page, context } = await visit(browser, `${app.url}/r/kitchen-${viewport.width}`, { viewport });
      const rooms = [
        { name: `tea ${viewport.width}`, topic: 'Green and black', access: 'open' },
        { name: `board ${viewport.width}`, topic: 'Budget', access: 'members' },
      ];
      for (const data of rooms) await context.request.post(`${app.url}/api/rooms`, { data });
      expect(await violations(page)).toEqual([]);
      const bodies = ['hello', '/me waves', 'https://a@example.org', 'many words '.repeat(300), MARKUP];
      for (const text of bodies) await say(page, text);
      await until('the delivery', async () => (await shownTexts(page)).length === bodies.length);
      const room = `kitchen-${viewport.width}`;
      const message = (await page.locator('.message').first().getAttribute('data-id')) ?? '';
      const connection = await app.database.connect();
      const reactions = ['👍', '🎉'].map((emoji) => ({ id: [message, 'ada', emoji], room, id_user: 'ada' }));
      await r.table('reactions').insert(reactions).run(connection);
      await r.table('pins').insert({ id: message, room, id_user: 'ada' }).run(connection);
      await page.locator('.annotations button').nth(1).waitFor();
      await page.locator('.hljs-comment').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.press('#body', 'ArrowUp');
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: '1 here' }).click();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      const openSide = async () => {
        if (viewport.width < 864) await page.getByRole('button', { name: 'Rooms and your name' }).click();
      };
      await openSide();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('link', { name: 'New room' }).click();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.locator('dialog[open]').waitFor({ state: 'detached' });
      if (!(await page.locator('#settings-link').isVisible())) await openSide();
      await page.locator('#settings-link').click();
      await page.locator('#settings input').first().waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      for (const [keys, panel] of [
        ['Control+k', '.switcher li'],
        ['Control+/', 'dialog.help'],
      ] as const) {
        await page.locator('dialog[open]').waitFor({ state: 'detached' });
        await page.keyboard.press(keys);
        await page.locator(panel).first().waitFor();
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press('Escape');
      }
      await page.locator('#emoji').click();
      await page.locator('.emoji-grid button').first().waitFor();
      expect(await violations(page)).toEqual([]);
      await context.close();
    });

    test('a page that has lost its connection has no violations of axe', async () => {
      const { page, context } = await visit(browser, `${app.url}/r/lost`, { viewport });
      await context.setOffline(true);
      await page.waitForSelector('body[data-state="offline"]');
      await say(page, 'waits');
      expect(await violations(page)).toEqual([]);
      await context.close();
    });

    test.each([
      '/api/docs',
      '/nosuch',
      '/r/%00',
      '/rooms/new',
      '/settings',
      '/settings/name',
      '/recover',
      '/r/closed',
    ])('the page %s has no violations of axe', async (path) => {
      const owner = await browser.newContext();
      await owner.request.post(`${app.url}/api/rooms`, {
        data: { name: 'closed', topic: 'Closed to others', access: 'members' },
      });
      await owner.close();
      const context = await browser.newContext({ viewport });
      const page = await context.newPage();
      await page.goto(app.url + path);
      expect(await violations(page)).toEqual([]);
      await context.close();
    });
  });
});
