import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const MARKUP =
  '> quoted **text**\n\n```js\nconst moisture = 18; // percent\n```\n\n- `a list`\n- ~~with~~ *two* lines';

const SCREENS = [
  ['a wide screen', { width: 1280, height: 800 }],
  ['a phone', { width: 390, height: 844 }],
] as const;

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

  /** The rules that the page violates, with the first element of each. In the dark, only colours differ. */
  async function violations(page: Page): Promise<string[]> {
    if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(AXE);
    const found: string[] = [];
    for (const [colorScheme, rules] of [
      ['light', ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']],
      ['dark', ['color-contrast', 'link-in-text-block']],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      const options = { runOnly: rules, resultTypes: ['violations'] };
      const faults = (await page.evaluate(
        `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
      )) as string[];
      found.push(...faults.map((fault) => `${colorScheme}: ${fault}`));
    }
    return found;
  }

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
      '/search?q=tea',
      '/view?q=tea',
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
