import type { Browser } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, type Visitor, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

describe('talking in a room', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;
  let rooms = 0;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
  });

  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  /** Two visitors in a separate room. */
  async function meet(): Promise<{ room: string; ann: Visitor; bob: Visitor }> {
    rooms += 1;
    const room = `room ${rooms}`;
    const url = `${app.url}/r/${encodeURIComponent(room)}`;
    const [ann, bob] = await Promise.all([visit(browser, url), visit(browser, url)]);
    return { room, ann, bob };
  }

  async function leave(...visitors: Visitor[]): Promise<void> {
    for (const { context, complaints } of visitors) {
      await context.close();
      expect(complaints).toEqual([]);
    }
  }

  const shows = (visitor: Visitor, texts: string[]) =>
    until(`messages ${JSON.stringify(texts)} on screen`, async () => {
      return JSON.stringify(await shownTexts(visitor.page)) === JSON.stringify(texts);
    });

  test('a message appears on both screens', async () => {
    const { ann, bob } = await meet();
    await say(ann.page, 'hello');
    await shows(bob, ['hello']);
    await say(bob.page, 'hi there');
    await shows(ann, ['hello', 'hi there']);
    expect(await ann.page.locator('.message.own .body').allInnerTexts()).toEqual(['hello']);
    expect(await ann.page.inputValue('#body')).toBe('');
    await leave(ann, bob);
  });

  test('reactions by a click and by a driver appear on both screens', async () => {
    const { room, ann, bob } = await meet();
    await say(ann.page, 'cake?');
    await shows(bob, ['cake?']);
    await bob.page.locator('.message').hover();
    await bob.page.locator('[data-action="react"]').click();
    await bob.page.locator('.quick [data-emoji="🎉"]').click();
    const chip = (visitor: Visitor) => visitor.page.locator('.chip[data-emoji="🎉"]');
    const isPressed = (visitor: Visitor) => chip(visitor).getAttribute('aria-pressed');
    expect(await isPressed(bob)).toBe('true');
    await chip(ann).click();
    await until('both are counted', async () => (await chip(bob).textContent())?.includes('2'));
    expect(await isPressed(ann)).toBe('true');
    const database = await app.database.connect();
    const id = await ann.page.locator('.message').getAttribute('data-id');
    await r
      .table('reactions')
      .insert({ id: [id, 'Zoë', '👀'], room })
      .run(database);
    await bob.page.locator('.chip[data-emoji="👀"]').waitFor();
    await chip(bob).click();
    await until('one is left', async () => (await chip(ann).textContent())?.includes('1'));
    await leave(ann, bob);
  });

  test('inserts, edits and deletions of any RethinkDB client appear without reloading', async () => {
    const { room, ann } = await meet();
    const database = await app.database.connect();
    const { generated_keys } = await r
      .table('messages')
      .insert({ room, body: 'from a console' })
      .run(database);
    await shows(ann, ['from a console']);
    const row = r.table('messages').get(generated_keys[0]!);
    await row.update({ body: 'changed there' }).run(database);
    await shows(ann, ['changed there']);
    await row.delete().run(database);
    await ann.page.locator('#empty').waitFor();
    await shows(ann, []);
    await leave(ann);
  });

  test('an own message is edited in place and deleted after a confirmation', async () => {
    const { ann, bob } = await meet();
    await say(ann.page, 'helo');
    await shows(bob, ['helo']);
    const mine = ann.page.locator('.message.own');
    await mine.hover();
    await mine.getByRole('button', { name: 'Edit' }).click();
    await ann.page.fill('.editor textarea', 'hello');
    await ann.page.getByRole('button', { name: 'Save' }).click();
    await shows(bob, ['hello']);
    await bob.page.getByText('(edited)').waitFor();
    await mine.hover();
    await mine.getByRole('button', { name: 'Delete' }).click();
    await mine.getByRole('button', { name: 'Keep' }).click();
    await mine.getByRole('button', { name: 'Delete' }).click();
    await shows(bob, ['hello']);
    await mine.locator('[data-action="confirm"]').click();
    await shows(bob, []);
    expect(await bob.page.locator('.tool').count()).toBe(0);
    await leave(ann, bob);
  });

  test('every action can be performed by keyboard', async () => {
    const { ann, bob } = await meet();
    await ann.page.keyboard.type('first line'); // the field has the focus
    await ann.page.keyboard.press('Shift+Enter');
    await ann.page.keyboard.type('second line');
    await ann.page.keyboard.press('Enter');
    await shows(bob, ['first line\nsecond line']);
    await shows(ann, ['first line\nsecond line']);
    await ann.page.keyboard.press('ArrowUp');
    await ann.page.keyboard.type('!');
    await ann.page.keyboard.press('Escape');
    await shows(ann, ['first line\nsecond line']);
    await ann.page.keyboard.press('ArrowUp');
    await ann.page.keyboard.type('!');
    await ann.page.keyboard.press('Enter');
    await shows(bob, ['first line\nsecond line!']);
    await until('the editor to close', async () => (await ann.page.locator('.editor').count()) === 0);
    await ann.page.keyboard.press('Shift+Tab'); // from writing to the last message
    await ann.page.keyboard.press('Enter'); // to its actions
    for (let i = 0; i < 5; i += 1) await ann.page.keyboard.press('ArrowRight');
    await ann.page.keyboard.press('Enter'); // the question whether to delete it, and there "Keep"
    await ann.page.keyboard.press('ArrowLeft');
    await ann.page.keyboard.press('Enter');
    await shows(bob, []);
    await leave(ann, bob);
  });

  test('the log is one tab stop, in which keys select messages and their actions', async () => {
    const { room, ann } = await meet();
    const database = await app.database.connect();
    const rows = Array.from({ length: 40 }, (_, i) => ({ room, body: `see https://example.org/${i}` }));
    await r.table('messages').insert(rows).run(database);
    await until('the messages', async () => (await shownTexts(ann.page)).length === 40);
    for (const text of ['one', 'two', 'three']) await say(ann.page, text);
    await until('the delivery', async () => (await shownTexts(ann.page)).length === 43);
    const { keyboard } = ann.page;
    const focused = () =>
      ann.page.evaluate(`(({ tagName, ariaLabel, innerText, id }) =>
        id || ariaLabel || (tagName === 'LI' ? innerText.trim().split('\\n').at(-1) : tagName))(document.activeElement)`);
    const after = async (...keys: string[]) => {
      for (const key of keys) await keyboard.press(key);
      return focused();
    };
    expect(await after('Shift+Tab')).toBe('three');
    expect(await after('Shift+Tab')).not.toMatch(/one|two|three|https/);
    expect(await after('Tab')).toBe('three');
    expect(await after('Tab')).toBe('body');
    expect(await after('Shift+Tab', 'ArrowUp')).toBe('two');
    expect(await after('Enter')).toBe('Add reaction');
    expect(await after('ArrowRight')).toBe('Reply');
    expect(await after('ArrowRight')).toBe('Edit');
    expect(await after('ArrowRight')).toBe('Copy link');
    expect(await after('ArrowRight')).toBe('Delete'); // not a member: no pin
    for (let i = 0; i < 4; i += 1) await keyboard.press('ArrowLeft');
    expect(await after('ArrowLeft')).toBe('two');
    expect(await after('Home')).toMatch(/example.org\/\d+$/);
    expect(await after('Enter', 'ArrowRight', 'ArrowRight')).toBe('Copy link'); // not an own message: no edit
    expect(await after('ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'Tab')).toBe('A'); // the link of the selected message
    expect(await after('Shift+Tab', 'End')).toBe('three');
    expect(await after('PageUp')).toMatch(/example.org/);
    expect(await after('End', 'ArrowUp', 'e')).toBe('Your message');
    expect(await ann.page.inputValue('.editor textarea')).toBe('two');
    expect(await after('Escape')).toBe('body');
    await after('Shift+Tab', 'Delete');
    expect(await ann.page.locator(':focus').textContent()).toBe('Keep');
    expect(await after('Escape')).toBe('three');
    expect(await after('Escape')).toBe('body');
    await leave(ann);
  });

  test('text is never interpreted as markup', async () => {
    const { room, ann } = await meet();
    const attacks = [
      '<script>window.hacked = 1</script>',
      '<img src=x onerror="window.hacked = 1">',
      'javascript:window.hacked=1',
      `https://example.org/"onmouseover="window.hacked=1`,
      '</script><!-- {{constructor.constructor("window.hacked=1")()}}',
    ];
    const database = await app.database.connect();
    for (const [i, body] of attacks.entries()) {
      const author = { id_user: null, name: `<b>${i}</b>` };
      await r
        .table('messages')
        .insert({ id: `attack-${rooms}-${i}`, room, body, author })
        .run(database);
    }
    await shows(ann, attacks);
    await ann.page.reload();
    await ann.page.waitForSelector('body[data-state="live"]');
    await shows(ann, attacks);
    expect(await ann.page.evaluate('window.hacked')).toBeUndefined();
    expect(await ann.page.locator('.author').first().textContent()).toBe('<b>0</b>');
    const links = await ann.page.evaluate(
      `[...document.querySelectorAll('.body a')].map((link) => [link.protocol, link.rel])`,
    );
    expect(links).toEqual([['https:', 'noopener noreferrer nofollow']]);
    await leave(ann);
  });

  test('a new name is shown on the messages that follow', async () => {
    const { ann, bob } = await meet();
    await ann.page.fill('#name', 'Ann <3');
    await ann.page.press('#name', 'Enter');
    await bob.page.locator('#people-list', { hasText: 'Ann <3' }).waitFor({ state: 'attached' });
    await ann.page.getByRole('status').getByText('You are Ann <3 now').waitFor({ state: 'attached' });
    await say(ann.page, 'me again');
    await shows(bob, ['me again']);
    expect(await bob.page.locator('.author').textContent()).toBe('Ann <3');
    await say(ann.page, 'and again');
    await bob.page.getByText('and again').waitFor();
    // Sighted readers see it once above the group; screen readers announce it for each message.
    expect(await bob.page.getByRole('log').ariaSnapshot()).toMatch(/Ann <3.*me again.*Ann <3.*and again/s);
    await leave(ann, bob);
  });

  test('the page shows the number of people, typing users, and new names on old messages', async () => {
    const { ann, bob } = await meet();
    await ann.page.getByRole('button', { name: '2 here' }).waitFor();
    await ann.page.fill('#name', 'Ann');
    await ann.page.press('#name', 'Enter');
    await bob.page.locator('#people-list', { hasText: 'Ann' }).waitFor({ state: 'attached' });
    await ann.page.locator('#body').pressSequentially('hi');
    await bob.page.getByText('Ann is typing').waitFor();
    await ann.page.press('#body', 'Enter');
    await shows(bob, ['hi']);
    await bob.page.getByText('Ann is typing').waitFor({ state: 'detached' });
    await ann.page.fill('#name', 'Anna');
    await ann.page.press('#name', 'Enter');
    await until('the new name', async () => (await bob.page.locator('.author').textContent()) === 'Anna');
    await leave(ann, bob);
  });

  test('a reader who has scrolled up sees the number of new messages', async () => {
    const { room, ann, bob } = await meet();
    const database = await app.database.connect();
    const rows = Array.from({ length: 60 }, (_, i) => ({ room, body: `line ${i}` }));
    await r.table('messages').insert(rows).run(database);
    await until('all lines', async () => (await shownTexts(ann.page)).length === 60);
    await ann.page.evaluate('document.getElementById("log").scrollTop = -800');
    const place = (): Promise<number> =>
      ann.page.evaluate('document.querySelectorAll(".message")[30].getBoundingClientRect().top');
    const before = await place();
    await say(bob.page, 'news');
    const pill = ann.page.getByRole('button', { name: '1 new message' });
    await pill.waitFor();
    expect(Math.abs((await place()) - before)).toBeLessThan(1);
    expect(await ann.page.locator('.unread').count()).toBe(1);
    await pill.click();
    await ann.page.getByText('news').waitFor();
    await pill.waitFor({ state: 'hidden' });
    await leave(ann, bob);
  });
});
