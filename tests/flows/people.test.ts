import type { Browser, Page } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonOf } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, type Visitor, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

describe('people in rooms', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([
      startTestApp({ env: { LIMIT_MESSAGES: '4', SESSION_SECRET: 'a secret of these tests' } }),
      sharedBrowser(),
    ]);
  });

  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  const enter = (room: string) => visit(browser, `${app.url}/r/${encodeURIComponent(room)}`);

  /** Another tab of the same user. */
  async function openTab({ context }: Visitor, path: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(app.url + path);
    await page.waitForSelector('body[data-state="live"]');
    return page;
  }

  async function takeName(page: Page, name: string): Promise<void> {
    await page.fill('#name', name);
    await page.press('#name', 'Enter');
    await page.locator('#people-list', { hasText: name }).waitFor({ state: 'attached' });
  }

  async function leave(...visitors: Visitor[]): Promise<void> {
    for (const { context, complaints } of visitors) {
      await context.close();
      expect(complaints).toEqual([]);
    }
  }

  const delivered = (page: Page, texts: string[]) =>
    until(`messages ${JSON.stringify(texts)} on screen`, async () => {
      return JSON.stringify(await shownTexts(page)) === JSON.stringify(texts);
    });

  test('a panel lists the people in the room, tabs of one user together and the reader first', async () => {
    const ann = await enter('presence');
    const bob = await enter('presence');
    await takeName(ann.page, 'Ann');
    await takeName(bob.page, 'Bob');
    const second = await openTab(bob, '/r/presence');
    const here = () => ann.page.locator('#people-list li').allInnerTexts();
    await ann.page.getByRole('button', { name: '2 here: show who' }).click();
    await until('Bob and both tabs of Bob', async () => {
      const people = (await here()).map((text) => text.split('\n').slice(1).join(' '));
      return JSON.stringify(people) === JSON.stringify(['Ann you', 'Bob 2 tabs']);
    });
    await second.close();
    await until('one tab only', async () => !(await here()).join().includes('tabs'));
    await bob.context.close();
    await ann.page.getByRole('button', { name: '1 here: show who' }).waitFor();
    expect(bob.complaints).toEqual([]);
    await leave(ann);
  });

  test('joins and leaves are quiet lines in the log, and stay where they are after a reconnect', async () => {
    const ann = await enter('club');
    const bob = await enter('club');
    await takeName(bob.page, 'Rob');
    const lines = async () =>
      (await ann.page.locator('.member-notice span').allInnerTexts()).map((text) =>
        text.replaceAll(/[\u2068\u2069]/g, ''),
      );
    const shown = (...expected: string[]) =>
      until(`the lines ${expected}`, async () => JSON.stringify(await lines()) === JSON.stringify(expected));
    const connection = await app.database.connect();
    const row = (id_user: string) => ({ id: ['club', id_user] });
    await say(ann.page, 'first');
    await delivered(bob.page, ['first']);
    await bob.page.getByRole('button', { name: 'Follow', exact: true }).click();
    await shown('Rob follows this room now');
    await r
      .table('memberships')
      .insert([row('one'), row('two')])
      .run(connection);
    await shown('Rob and 2 others follow this room now');
    expect(await ann.page.locator('.member-notice').getAttribute('aria-live')).toBe('off');
    await say(ann.page, 'second');
    await delivered(bob.page, ['first', 'second']);
    await ann.page.getByRole('button', { name: 'Follow', exact: true }).click();
    await shown('Rob and 2 others follow this room now', 'You follow this room now');
    const order = () =>
      ann.page
        .locator('#rows > :is(.message, .member-notice)')
        .evaluateAll((rows) => rows.map(({ classList }) => classList.contains('message')));
    expect(await order()).toEqual([true, false, true, false]);

    await ann.context.setOffline(true);
    await ann.page.evaluate('dispatchEvent(new Event("offline"))');
    await ann.page.waitForSelector('body:not([data-state="live"])');
    await r.table('memberships').insert(row('three')).run(connection);
    await until('the third on another page', async () =>
      (await bob.page.locator('.member-notice span').last().textContent())?.includes('1 other'),
    );
    await ann.context.setOffline(false);
    await ann.page.evaluate('dispatchEvent(new Event("online"))');
    await ann.page.waitForSelector('body[data-state="live"]');
    await bob.page.getByRole('button', { name: 'Unfollow club' }).click();
    await shown(
      'Rob and 2 others follow this room now',
      'You follow this room now · Rob no longer follows this room',
    );
    expect(await order()).toEqual([true, false, true, false]);
    await leave(ann, bob);
  });

  test('the panel lists the members page by page and follows joins, leaves and renames', async () => {
    const connection = await app.database.connect();
    const rows = Array.from({ length: 150 }, (_, i) => ({
      id: ['guild', `member ${i}`],
      joined: new Date(1_700_000_000_000 + 1_000 * i),
    }));
    await r.table('memberships').insert(rows).run(connection);
    const ann = await enter('guild');
    await takeName(ann.page, 'Agnes');
    await ann.page.locator('#people-button').click();
    const heading = (text: string) => ann.page.locator('#members-heading', { hasText: text }).waitFor();
    const members = ann.page.locator('#members-list li');
    await heading('150 followers');
    expect(await members.count()).toBe(100);
    await ann.page.getByRole('button', { name: 'Show more' }).click();
    await until('all members', async () => (await members.count()) === 150);
    await r
      .table('memberships')
      .get(['guild', 'member 7'] as never)
      .delete()
      .run(connection);
    await heading('149 followers');
    const bob = await enter('guild');
    await takeName(bob.page, 'Boris');
    await bob.page.getByRole('button', { name: 'Follow', exact: true }).click();
    await heading('150 followers');
    await until('Boris is present', async () => (await members.last().textContent())?.includes('here now'));
    await takeName(bob.page, 'Bogdan');
    await until('the new name', async () => (await members.last().textContent())?.includes('Bogdan'));
    await bob.context.close();
    await until('Bogdan is absent', async () => !(await members.last().textContent())?.includes('here now'));
    expect(bob.complaints).toEqual([]);
    await leave(ann);
  });

  test('typing is shown to others only and ends with the message', async () => {
    const [ann, bob] = [await enter('typing'), await enter('typing')];
    await takeName(ann.page, 'Amy');
    await ann.page.locator('#body').pressSequentially('hi');
    await bob.page.getByText('Amy is typing').waitFor();
    expect(await ann.page.locator('#typing').textContent()).toBe('');
    await ann.page.press('#body', 'Enter');
    await delivered(bob.page, ['hi']);
    await until('the end of typing', async () => (await bob.page.locator('#typing').textContent()) === '');
    await leave(ann, bob);
  });

  test('a new name is shown on old messages everywhere without reloading', async () => {
    const [ann, bob] = [await enter('names'), await enter('names')];
    await takeName(ann.page, 'Annie');
    await say(ann.page, 'hello');
    await delivered(bob.page, ['hello']);
    await ann.page.evaluate('window.isSamePage = true');
    await takeName(ann.page, 'Anna');
    for (const { page } of [ann, bob])
      await until('the new name', async () => (await page.locator('.author').textContent()) === 'Anna');
    expect(await ann.page.evaluate('window.isSamePage')).toBe(true);
    expect(await ann.page.locator('.message.own').count()).toBe(1);
    expect(await ann.page.locator('#you .avatar').textContent()).toBe('A');
    const html = await (await fetch(`${app.url}/r/names`)).text();
    expect(html).toContain('<bdi class="author">Anna</bdi>');
    await ann.page.reload();
    expect(await ann.page.inputValue('#name')).toBe('Anna');
    expect(await ann.page.locator('.message.own').count()).toBe(1);
    await ann.page.fill('#name', 'n'.repeat(41));
    await ann.page.press('#name', 'Enter');
    await ann.page.getByText('The name is longer than 40 characters').waitFor();
    await leave({ ...ann, complaints: ann.complaints.filter((text) => !text.includes('400')) }, bob);
  });

  test('messages over the rate limit keep their text and place and are sent later', async () => {
    const ann = await enter('fast');
    const texts = ['one', 'two', 'three', 'four', 'five', 'six'];
    for (const text of texts) await say(ann.page, text);
    const waiting = ann.page.locator('.message.unsent .progress', { hasText: /too fast, sending in \d+ s/ });
    await until('two to wait', async () => (await waiting.count()) === 2);
    expect(await ann.page.locator('.message .body').allInnerTexts()).toEqual(texts);
    expect(await ann.page.locator('.message.failed').count()).toBe(0);
    await until('delivery', async () => (await shownTexts(ann.page)).length === texts.length);
    expect(await shownTexts(ann.page)).toEqual(texts);
    await leave(ann);
  });

  test('members see a line above unread messages, and the list of rooms counts them', async () => {
    const [ann, bob] = [await enter('reading'), await enter('reading')];
    await ann.page.getByRole('button', { name: 'Follow', exact: true }).click();
    await ann.page.getByRole('button', { name: 'Unfollow reading' }).waitFor();
    await say(bob.page, 'seen');
    await delivered(ann.page, ['seen']);
    const database = await app.database.connect();
    await until('the position to be stored', async () => {
      const stored = r
        .table('memberships')
        .filter({ room: 'reading' })
        .filter((row) => row.hasFields('read'));
      return (await stored.count().run(database)) === 1;
    });
    await ann.page.goto(app.url);
    await ann.page.waitForSelector('body[data-state="live"]');
    await say(bob.page, 'new one');
    await say(bob.page, 'new two');
    await delivered(bob.page, ['seen', 'new one', 'new two']);
    const counted = ann.page.getByRole('link', { name: /^reading.*2 unread messages$/ });
    await until('the count', async () => (await counted.count()) > 0);
    expect(await counted.locator('.room-unread').textContent()).toContain('2 unread');
    const other = await openTab(ann, '/');
    await counted.click();
    await ann.page.waitForSelector('body[data-state="live"]');
    const rows = ann.page.locator('#rows > :is(.unread, .message)');
    expect((await rows.allInnerTexts()).map((text) => text.split('\n').at(-1))).toEqual([
      'seen',
      'New',
      'new one',
      'new two',
    ]);
    await until('the other tab to know', async () => {
      return (await other.getByRole('link', { name: /^reading.*unread/ }).count()) === 0;
    });
    await leave(ann, bob);
  });

  test('unread messages of other rooms are counted in the list, the title and the icon as they arrive', async () => {
    const ann = await visit(browser, `${app.url}/r/joined-elsewhere`);
    await ann.page.getByRole('button', { name: 'Follow', exact: true }).click();
    await ann.page.getByRole('button', { name: 'Unfollow' }).waitFor();
    await ann.page.goto(`${app.url}/r/quiet`);
    await ann.page.waitForSelector('body[data-state="live"]');
    const icon = () => ann.page.getAttribute('link[rel="icon"]', 'href');
    expect(await icon()).toBe('/icons/favicon.svg');
    const database = await app.database.connect();
    const insert = r.table('messages').insert({ room: 'joined-elsewhere', body: 'hi' });
    const badge = ann.page.locator('#rooms a', { hasText: 'joined-elsewhere' }).locator('.room-unread');
    await insert.run(database);
    await until('the list counts the first message', async () =>
      (await badge.allTextContents())[0]?.includes('1 unread'),
    );
    await insert.run(database);
    await until('the title counts both', async () => (await ann.page.title()).startsWith('(2) '));
    expect(await icon()).toBe('/icons/favicon-unread.svg');
    expect((await fetch(app.url + (await icon()))).status).toBe(200);
    const other = await ann.context.newPage();
    await other.goto(`${app.url}/r/joined-elsewhere`);
    await other.waitForSelector('body[data-state="live"]');
    await until('reading in another tab resets the count', async () => (await badge.count()) === 0);
    expect(await ann.page.title()).not.toMatch(/^\(/);
    await ann.context.close();
    expect(ann.complaints).toEqual([]);
  });

  test('playground pages make several users of the tabs of one browser', async () => {
    const database = await app.database.connect();
    const users = [
      { id: '1', name: 'John', playground: true },
      { id: '2', name: 'Mary', playground: true },
      { id: '3', name: 'Mike' },
    ];
    await r.table('users').insert(users).run(database);
    await until('the users', async () => (await fetch(`${app.url}/ui/Maths?id_user=2`)).ok);
    const john = await visit(browser, `${app.url}/ui/Maths?id_user=1`);
    const mary = await openTab(john, '/ui/Maths?id_user=2');
    await john.page.getByRole('button', { name: '2 here: show who' }).waitFor();
    await say(john.page, 'from John');
    await delivered(mary, ['from John']);
    expect(await mary.locator('.author').allInnerTexts()).toEqual(['John']);
    expect(await mary.locator('.message.own').count()).toBe(0);
    expect(await john.page.locator('.message.own').count()).toBe(1);
    const present = await jsonOf(await fetch(`${app.url}/Maths/users`));
    expect(present.map(({ id_user }: { id_user: string }) => id_user)).toEqual(['1', '2']);

    await takeName(mary, 'Maria');
    await until('the name', async () =>
      (await fetch(`${app.url}/api/users/2`).then((a) => a.text())).includes('Maria'),
    );
    await mary.getByRole('button', { name: 'Follow', exact: true }).click();
    await mary.getByRole('button', { name: 'Unfollow Maths' }).waitFor();
    await mary.getByRole('link', { name: 'lobby' }).click();
    await mary.waitForURL(`${app.url}/ui/lobby?id_user=2`);
    expect(await mary.inputValue('#name')).toBe('Maria');
    expect(await john.context.cookies()).toEqual([]);

    for (const id of ['3', 'stranger', ''])
      expect((await fetch(`${app.url}/ui/Maths?id_user=${id}`)).status).toBe(404);
    await leave(john);
  });
});
