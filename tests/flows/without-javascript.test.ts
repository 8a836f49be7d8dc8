import type { Browser } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, sharedBrowser, shownTexts, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';

describe('the page without JavaScript', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
  });

  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  const enter = (path: string) => visit(browser, `${app.url}${path}`, { javaScriptEnabled: false });

  test('the page without JavaScript shows messages and accepts new ones by a form', async () => {
    const { page, context } = await enter('/r/forms');
    await page.fill('#body', 'posted <b>by a form</b>\nhttps://example.org/x');
    await page.click('#send');
    expect(new URL(page.url()).pathname).toBe('/r/forms');
    expect(await shownTexts(page)).toEqual(['posted <b>by a form</b>\nhttps://example.org/x']);
    expect(await page.locator('.body a').getAttribute('href')).toBe('https://example.org/x');
    await context.close();
  });

  test('the messages refresh in a frame, and the text that is being written stays', async () => {
    const { page, context } = await enter('/r/frame');
    const log = page.frameLocator('#log-frame');
    expect(await page.locator('meta[http-equiv="refresh"]').count()).toBe(0);
    expect(await log.locator('meta[http-equiv="refresh"]').getAttribute('content')).toBe(
      '20; url=/r/frame?log',
    );
    expect(await page.locator('#log').isVisible()).toBe(false);
    await page.fill('#body', 'a text that takes a while');
    await r
      .table('messages')
      .insert({ room: 'frame', body: 'arrived' })
      .run(await app.database.connect());
    // Has the effect of the refresh.
    await log.getByRole('link', { name: 'Stop' }).click();
    await log.locator('.body', { hasText: 'arrived' }).waitFor();
    expect(await log.locator('meta[http-equiv="refresh"]').count()).toBe(0);
    expect(await page.inputValue('#body')).toBe('a text that takes a while');
    await page.click('#send');
    await log.locator('.body', { hasText: 'a text that takes a while' }).waitFor();
    await context.close();
  });

  test('the frame shows the reason when its room is for members', async () => {
    const owner = await browser.newContext();
    await owner.request.post(`${app.url}/api/rooms`, {
      data: { name: 'inner', access: 'members', topic: '' },
    });
    await owner.close();
    const response = await fetch(`${app.url}/r/inner?log`);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('role="alert"');
  });

  test('only pages of this server can show the log in a frame', async () => {
    const { headers } = await fetch(`${app.url}/r/frame?log`);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect((await fetch(`${app.url}/r/frame`)).headers.get('content-security-policy')).toContain(
      "frame-ancestors 'none'",
    );
  });

  test('the members of a room have a page without JavaScript, in pages of 200', async () => {
    const connection = await app.database.connect();
    const rows = Array.from({ length: 205 }, (_, i) => ({
      id: ['club', `member ${i}`],
      joined: new Date(1_700_000_000_000 + 1_000 * i),
    }));
    await r.table('memberships').insert(rows).run(connection);
    const { page, context } = await enter('/r/club');
    await page.click('.bar a:text-is("Followers")');
    const shown = () => page.locator('#members .person-name').allInnerTexts();
    expect(await page.locator('h2', { hasText: '205 followers' }).count()).toBe(1);
    expect(await shown()).toEqual(rows.slice(0, 200).map(({ id }) => id[1]));
    expect(await page.locator('#members time').first().textContent()).toBe('2023-11-14');
    await page.click('text="Show more"');
    expect(await shown()).toEqual(rows.slice(200).map(({ id }) => id[1]));
    await page.click('text="Back to the room"');
    expect(new URL(page.url()).pathname).toBe('/r/club');
    await page.goto(`${app.url}/r/nothing?members`);
    await page.getByText('This room has no followers yet').waitFor();
    expect((await page.goto(`${app.url}/r/club?members&after=x`))?.status()).toBe(400);
    await r.table('rooms').insert({ id: 'closed', access: 'members' }).run(connection);
    expect((await page.goto(`${app.url}/r/closed?members`))?.status()).toBe(403);
    await r.table('rooms').get('closed').delete().run(connection);
    await context.close();
  });

  test('own messages can be edited and deleted without JavaScript', async () => {
    const { page, context } = await enter('/r/changes');
    await page.fill('#body', 'helo');
    await page.click('#send');
    await page.fill('#body', 'not sent yet');
    const log = page.frameLocator('#log-frame');
    await log.getByRole('link', { name: 'Edit' }).click();
    await log.locator('.editor textarea').fill('hello');
    await log.getByRole('button', { name: 'Save' }).click();
    await log.locator('.body', { hasText: 'hello' }).waitFor();
    await log.getByRole('button', { name: 'Delete' }).click();
    await log.getByText('No messages yet').waitFor();
    expect(await page.inputValue('#body')).toBe('not sent yet');
    await context.close();
  });

  test('the page without JavaScript keeps a text that cannot be posted and shows the reason', async () => {
    const { page, context } = await enter('/r/errors');
    const long = 'x'.repeat(4001);
    await page.fill('#body', long);
    const [response] = await Promise.all([page.waitForNavigation(), page.click('#send')]);
    expect(response?.status()).toBe(400);
    expect(await page.inputValue('#body')).toBe(long);
    expect(await page.getByRole('alert').textContent()).toContain('4000');
    await page.fill('#body', 'short');
    await page.click('#send');
    expect(await shownTexts(page)).toEqual(['short']);
    await context.close();
  });

  test('a name can be changed without JavaScript', async () => {
    const { page, context } = await enter('/r/names');
    await page.fill('#name', '  Ann  ');
    await page.getByRole('button', { name: 'Change name' }).click();
    expect(new URL(page.url()).pathname).toBe('/r/names');
    expect(await page.inputValue('#name')).toBe('Ann');
    await page.fill('#name', 'n'.repeat(41));
    await page.getByRole('button', { name: 'Change name' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('40');
    await context.close();
  });

  test('the page without JavaScript leads to older messages and back', async () => {
    const database = await app.database.connect();
    const rows = Array.from({ length: 130 }, (_, i) => ({
      room: 'old',
      body: `line ${i}`,
      sent: new Date(1.7e12 + i * 1000),
    }));
    await r.table('messages').insert(rows).run(database);
    const { page, context } = await enter('/r/old');
    const log = page.frameLocator('#log-frame');
    const texts = () => log.locator('.body').allInnerTexts();
    expect(await texts()).toHaveLength(100);
    await log.getByRole('link', { name: 'Older messages' }).click();
    await log.getByRole('link', { name: 'Back to the newest' }).waitFor();
    expect(await texts()).toEqual(rows.slice(0, 30).map(({ body }) => body));
    await log.getByRole('link', { name: 'Back to the newest' }).click();
    await log.getByText('line 129').waitFor();
    await context.close();
  });

  test('a form sent twice without JavaScript creates one message', async () => {
    const { page, context } = await enter('/r/twice');
    const id = await page.inputValue('.composer [name="id"]');
    for (let i = 0; i < 2; i++)
      await context.request.post(`${app.url}/r/twice`, { form: { id, body: 'once' } });
    await page.reload();
    expect(await shownTexts(page)).toEqual(['once']);
    await context.close();
  });

  test('the page without JavaScript shows the same rows as the page with it', async () => {
    const database = await app.database.connect();
    const ann = { id_user: 'ann', name: 'Ann <b>' };
    const row = { room: 'same-rows', author: ann, sent: new Date(1.7e12) };
    const bodies = ['see https://example.org/a?b=1&c="2".', '🌱🌱', 'two\nlines & <i>markup</i>', 'שלום'];
    await r
      .table('messages')
      .insert(bodies.map((body, i) => ({ ...row, id: `row${i}`, body, kind: i === 2 ? 'bot' : 'message' })))
      .run(database);
    await r.table('messages').get('row1').update({ body: '🌱' }).run(database);
    const [without, scripted] = await Promise.all(
      [false, true].map(async (javaScriptEnabled) => {
        const options = { javaScriptEnabled, timezoneId: 'UTC' };
        const { page, context } = await visit(browser, `${app.url}/r/same-rows`, options);
        const html =
          await page.evaluate(`[...document.querySelectorAll('#rows .message, #rooms [aria-current]')]
          .map((row) => row.outerHTML.replace(/ (title|tabindex)="[^"]*"|<noscript>.*?<.noscript>/gs, ''))`);
        await context.close();
        return html as string[];
      }),
    );
    expect(without).toHaveLength(5);
    expect(without?.join('')).toContain('(edited)');
    // The script updates the number of people, and moves the tab stop.
    const withoutUsers = (rows: string[] = []) =>
      rows.map((row) => row.replace(/<span class="room-users">.*? here<\/span><\/span>/, ''));
    expect(withoutUsers(scripted)).toEqual(withoutUsers(without));
  });
});
