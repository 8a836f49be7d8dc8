import type { Browser, Page } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, type Visitor, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

const DESKTOP = { width: 1120, height: 720 };
const PHONE = { width: 360, height: 640 };

describe.each([
  ['wide', DESKTOP],
  ['narrow', PHONE],
])('rooms on a %s screen', (size, viewport) => {
  describe('of a browser', skipWithout('chromium'), () => {
    let app: TestApp;
    let browser: Browser;

    beforeAll(async () => {
      [app, browser] = await Promise.all([startTestApp({ env: { LIMIT_ROOMS: '0' } }), sharedBrowser()]);
    });

    afterAll(async () => {
      await closeContexts();
      await app?.stop();
    });

    const enter = (path: string, javaScriptEnabled = true) =>
      visit(browser, app.url + path, { viewport, javaScriptEnabled });

    /** Opens the drawer on screens without a visible list. */
    async function openSide(page: Page): Promise<void> {
      if (size === 'narrow') await page.getByRole('button', { name: 'Rooms and your name' }).click();
    }

    async function fitsScreen(page: Page): Promise<void> {
      const widest = await page.evaluate(`Math.max(...[...document.querySelectorAll('body *')]
        .filter((one) => !one.closest('.unseen, .skip') && one.checkVisibility())
        .map((one) => one.getBoundingClientRect().right))`);
      expect(widest).toBeLessThanOrEqual(viewport.width);
    }

    async function leave(...visitors: Visitor[]): Promise<void> {
      for (const { context, complaints } of visitors) {
        await context.close();
        // The browser reports a page with an error status as an error too.
        expect(complaints.filter((text) => !/status of 4\d\d/.test(text))).toEqual([]);
      }
    }

    test('a room is created in a dialog and appears in every list at once', async () => {
      const [ann, bob] = [await enter('/'), await enter('/')];
      await openSide(ann.page);
      await ann.page.getByRole('link', { name: 'New room' }).click();
      const dialog = ann.page.getByRole('dialog', { name: 'New room' });
      await dialog.getByLabel('Name').fill('lobby');
      await dialog.getByRole('button', { name: 'Create' }).click();
      const fault = dialog.getByText('the lobby exists already');
      await fault.waitFor();
      await fitsScreen(ann.page);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await openSide(ann.page);
      await ann.page.getByRole('link', { name: 'New room' }).click();
      expect(await fault.isVisible()).toBe(false);
      await dialog.getByLabel('Name').fill('Tea & cake');
      await dialog.getByLabel('Topic').fill('Recipes, and who brings what');
      await dialog.getByRole('button', { name: 'Create' }).click();
      await ann.page.waitForURL(`${app.url}/r/Tea%20%26%20cake`);
      await ann.page.getByRole('button', { name: 'Unfollow Tea & cake' }).waitFor();
      expect(await ann.page.locator('#topic').textContent()).toBe('Recipes, and who brings what');
      await fitsScreen(ann.page);
      await openSide(bob.page);
      await bob.page.getByRole('link', { name: /^Tea & cake.*1 here$/ }).click();
      await bob.page.waitForSelector('body[data-state="live"]');
      expect(await bob.page.locator('h1').textContent()).toContain('Tea & cake');
      await leave(ann, bob);
    });

    test('the page changes the room without loading, and "back" leads to the same place', async () => {
      const names = ['first', 'second'].map((name) => `${name} ${size}`);
      const paths = names.map((name) => `/r/${encodeURIComponent(name)}`);
      const database = await app.database.connect();
      for (const room of names) {
        // Rooms that are not created are in lists up to 5 s later.
        const created = await fetch(`${app.url}/api/rooms`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ name: room, topic: '', access: 'open' }),
        });
        expect(created.status).toBe(201);
        const rows = Array.from({ length: 50 }, (_, i) => ({
          id: `${room} ${i}`,
          room,
          body: `${room} ${i}`,
          sent: new Date(Date.now() - 1_000 + i),
        }));
        await r.table('messages').insert(rows).run(database);
      }
      const ann = await enter(paths[0] ?? '');
      const { page } = ann;
      await until('the messages', async () => (await shownTexts(page)).length === 50);
      let loads = 0;
      page.on('load', () => {
        loads += 1;
      });
      await page.fill('#body', 'a draft');
      await page.evaluate('document.getElementById("log").scrollTop = -900');
      const place = () => page.locator('.message').nth(20).boundingBox();
      const before = await place();
      await openSide(page);
      await page
        .locator('#rooms')
        .getByRole('link', { name: names[1] ?? '' })
        .click();
      await until('the other room', async () => (await shownTexts(page)).at(-1) === `${names[1]} 49`);
      expect(new URL(page.url()).pathname).toBe(paths[1]);
      expect(await page.title()).toBe(`${names[1]} · Changeroom`);
      expect(await page.locator('h1').textContent()).toContain(names[1]);
      expect(await page.inputValue('#body')).toBe('');
      expect(await page.locator('[data-panel="pins"]').getAttribute('href')).toBe(`${paths[1]}?pinned`);
      expect(await page.locator('#body').getAttribute('placeholder')).toBe(`Message #${names[1]}`);
      expect(await page.evaluate('document.activeElement.id')).toBe('body');
      expect(await page.locator('#side').isVisible()).toBe(size === 'wide');
      await page.waitForSelector('body[data-state="live"]');
      await say(page, 'from within');
      await until('the delivery', async () => (await shownTexts(page)).at(-1) === 'from within');
      await page.goBack();
      await until('the first room', async () => (await shownTexts(page)).at(-1) === `${names[0]} 49`);
      expect(await page.title()).toBe(`${names[0]} · Changeroom`);
      expect(await page.inputValue('#body')).toBe('a draft');
      expect(await place()).toEqual(before);
      await page.goForward();
      await until('the second room', async () => (await shownTexts(page)).at(-1) === 'from within');
      expect(loads).toBe(0);
      await leave(ann);
    });

    test('a room for members shows others its name and a button to join, and nothing else', async () => {
      const [ann, bob] = [await enter('/'), await enter('/')];
      await openSide(ann.page);
      await ann.page.getByRole('link', { name: 'New room' }).click();
      await ann.page.getByLabel('Name', { exact: true }).fill('board');
      await ann.page.getByRole('radio', { name: 'Members' }).check();
      await ann.page.getByRole('button', { name: 'Create' }).click();
      await ann.page.waitForURL(`${app.url}/r/board`);
      await ann.page.waitForSelector('body[data-state="live"]');
      await say(ann.page, 'among ourselves');
      await until('delivery', async () => (await shownTexts(ann.page)).length === 1);

      const answer = await bob.page.goto(`${app.url}/r/board`);
      expect(answer?.status()).toBe(403);
      expect(await bob.page.content()).not.toContain('among ourselves');
      expect(await bob.page.locator('h1 .room-name').textContent()).toBe('board');
      await fitsScreen(bob.page);
      await bob.page.getByRole('button', { name: 'Join board' }).click();
      await bob.page.waitForSelector('body[data-state="live"]');
      expect(await shownTexts(bob.page)).toEqual(['among ourselves']);
      expect(await bob.page.locator('h1').textContent()).toContain('for members');
      await openSide(bob.page);
      await bob.page.getByRole('link', { name: /^board.*for members.*2 here$/ }).waitFor();
      await bob.page.keyboard.press('Escape');
      await bob.page.getByRole('button', { name: 'Leave board' }).click();
      await bob.page.getByText('This room is for its members').waitFor();
      expect(await bob.page.content()).not.toContain('among ourselves');
      await leave(ann, bob);
    });

    test('rooms work without JavaScript', async () => {
      const { page, context } = await enter('/', false);
      await openSide(page);
      await page.getByRole('link', { name: 'New room' }).click();
      await fitsScreen(page);
      await page.getByLabel('Name', { exact: true }).fill('n'.repeat(65));
      await page.getByLabel('Topic').fill('kept');
      await page.getByRole('radio', { name: 'Members' }).check();
      const [refused] = await Promise.all([
        page.waitForNavigation(),
        page.getByRole('button', { name: 'Create' }).click(),
      ]);
      expect(refused?.status()).toBe(400);
      expect(await page.getByRole('alert').textContent()).toContain('64 characters');
      expect(await page.getByLabel('Topic').inputValue()).toBe('kept');
      expect(await page.getByRole('radio', { name: 'Members' }).isChecked()).toBe(true);
      await fitsScreen(page);
      await page.getByLabel('Name', { exact: true }).fill('forms');
      await page.getByRole('button', { name: 'Create' }).click();
      expect(new URL(page.url()).pathname).toBe('/r/forms');
      expect(await page.locator('#topic').textContent()).toBe('kept');
      await fitsScreen(page);
      await page.fill('#body', 'posted');
      await page.click('#send');
      expect(await shownTexts(page)).toEqual(['posted']);
      await page.getByRole('button', { name: 'Leave forms' }).click();
      expect(await page.locator('h2').allTextContents()).toContain('This room is for its members');
      await page.getByRole('button', { name: 'Join forms' }).click();
      expect(await shownTexts(page)).toEqual(['posted']);
      await context.close();
    });

    test('the current room is in view among many, and others are found by part of their name', async () => {
      const numbers = Array.from({ length: 60 }, (_, i) => i);
      const ann = await enter('/');
      const creations = numbers.map(async (i) => {
        const data = { name: `${size} ${i}`, topic: '', access: 'open' };
        return (await ann.context.request.post(`${app.url}/api/rooms`, { data })).status();
      });
      expect(await Promise.all(creations)).toEqual(numbers.map(() => 201));
      await ann.page.goto(`${app.url}/r/${encodeURIComponent(`${size} 55`)}`);
      await ann.page.waitForSelector('body[data-state="live"]');
      await openSide(ann.page);
      const list = ann.page.getByRole('navigation', { name: 'Rooms' });
      const places = () =>
        Promise.all(
          [ann.page.locator('#rooms'), list.locator('[aria-current]')].map((one) => one.boundingBox()),
        );
      await until('the current room in sight', async () => {
        const [shown, current] = await places();
        if (!shown || !current) return false; // the list is being drawn
        return current.y >= shown.y && current.y + current.height <= shown.y + shown.height;
      });
      const names = async () =>
        (await list.locator('.room-name').allInnerTexts()).filter((name) => name.startsWith(size));
      expect(await names()).toEqual(numbers.map((i) => `${size} ${i}`));
      await ann.page.getByRole('button', { name: 'Go to a room' }).click();
      const field = ann.page.getByRole('combobox', { name: 'Go to a room' });
      const options = ann.page.getByRole('listbox', { name: 'Rooms' }).getByRole('option');
      await field.fill(`${size.toUpperCase()} 4`);
      const found = [4, ...numbers.slice(40, 50)].map((i) => `${size} ${i}`);
      await until('rooms found', async () => (await options.count()) === found.length);
      expect((await options.locator('.room-name').allInnerTexts()).sort()).toEqual([...found].sort());
      expect(await options.first().textContent()).toContain(found[0]);
      await ann.page.getByRole('status').getByText('11 rooms').waitFor({ state: 'attached' });
      await field.fill(`${size} 44`);
      await field.press('Enter');
      await ann.page.waitForURL(`${app.url}/r/${size}%2044`);
      await leave(ann);
    });

    test('the panel of people fits, and the list shows the number of people in other rooms', async () => {
      const ann = await enter('/r/visited');
      const bob = await enter('/');
      await openSide(ann.page);
      await ann.page.getByRole('link', { name: /^visited.*1 here$/ }).waitFor();
      await fitsScreen(ann.page);
      await ann.page.keyboard.press('Escape');
      await ann.page.getByRole('button', { name: '1 here: show who' }).click();
      await ann.page.locator('#people-list .badge', { hasText: 'you' }).waitFor();
      await fitsScreen(ann.page);
      await leave(ann, bob);
    });
  });
});
