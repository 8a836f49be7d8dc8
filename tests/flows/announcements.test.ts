import type { Browser, Page } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { say, sharedBrowser, shownTexts, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

/**
 * Records the text that screen readers announce, from the changes of the document (WAI-ARIA 1.2, live regions): what is
 * added to the nearest live region (the role `log`, `status` or `alert`, or `aria-live`), unless it is off or busy. A status is
 * announced as a whole.
 */
const RECORDER = `(() => {
  window.announced = [];
  const REGION = '[aria-live], [role=log], [role=status], [role=alert]';
  const HIDDEN = '[aria-hidden=true], [hidden], [aria-live=off]';
  const textOf = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(HIDDEN)) return '';
    return node.ariaLabel ?? [...node.childNodes].map(textOf).join(' ');
  };
  const isShown = (element) => element.checkVisibility() && !element.closest('[aria-hidden=true], [aria-busy=true]');
  new MutationObserver((records) => {
    const changed = new Set();
    for (const { type, target, addedNodes } of records)
      for (const node of type === 'childList' ? addedNodes : [target]) changed.add(node);
    const texts = new Set();
    for (const node of changed) {
      const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
      const region = element?.isConnected && element.closest(REGION);
      if (!region || !isShown(element) || region.ariaLive === 'off') continue;
      // A log or status that is new is no change of one.
      if (region === node && !node.matches('[role=alert]')) continue;
      let isInside = false;
      for (let at = node.parentNode; at; at = at.parentNode) isInside ||= changed.has(at);
      if (isInside) continue;
      const isWhole = region.matches('[role=status], [role=alert]');
      texts.add(textOf(isWhole ? region : node).replace(/\\s+/g, ' ').trim());
    }
    window.announced.push(...[...texts].filter((text) => text !== ''));
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
})()`;

describe('a screen reader', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
  });

  afterAll(async () => {
    await app?.stop();
  });

  /** The announcements since the last call, without times of day, and without states that may last for one frame only. */
  async function announced(page: Page): Promise<string[]> {
    // The log is quiet for a moment after changes of earlier messages.
    await page.waitForSelector('#rows:not([aria-busy])', { state: 'attached' });
    const texts = (await page.evaluate('window.announced.splice(0)')) as string[];
    return texts
      .map((text) => text.replace(/\b\d?\d:\d\d\b/g, 'TIME'))
      .filter((text) => !['Connecting', 'Loading', 'Saving'].includes(text));
  }

  test('a conversation is announced message by message, and nothing else of the log', async () => {
    const room = 'heard';
    const database = await app.database.connect();
    const bob = { id_user: 'bob', name: 'Bob' };
    const table = r.table('messages');
    const write = (id: string, body: string, author: object = bob) =>
      table.insert({ id, room, body, author, kind: 'message', sent: new Date() }).run(database);
    const history = Array.from({ length: 150 }, (_, i) => ({
      room,
      body: `old ${i}`,
      author: bob,
      sent: new Date(i + 1),
    }));
    await table.insert(history).run(database);
    const { page, context, complaints } = await visit(browser, `${app.url}/r/${room}`);
    await page.evaluate(RECORDER);
    const shows = (text: string) =>
      until(`"${text}" on the screen`, async () => (await shownTexts(page)).at(-1) === text);
    const transcript: string[] = [];
    const event = async (name: string, act: () => Promise<unknown>) => {
      await act();
      transcript.push(`${name}: ${(await announced(page)).join(' | ')}`);
    };

    await event('history', async () => {
      await page.evaluate('document.getElementById("log").scrollTop = -1e6');
      await until('history', async () => (await shownTexts(page))[0] === 'old 0');
      await page.evaluate('document.getElementById("log").scrollTop = 0');
    });
    await event('message', () => write('m1', 'hello').then(() => shows('hello')));
    await event('next message of the author', () =>
      write('m2', 'how are you?').then(() => shows('how are you?')),
    );
    await event('own message', () => say(page, 'fine').then(() => shows('fine')));
    await event('second own message', () => say(page, 'and you?').then(() => shows('and you?')));
    await event('edit', () =>
      table
        .get('m2')
        .update({ body: 'how is it going?' })
        .run(database)
        .then(() => page.getByText('how is it going?').waitFor()),
    );
    await event('deletion', () =>
      table
        .get('m1')
        .delete()
        .run(database)
        .then(() => page.getByText('hello', { exact: true }).waitFor({ state: 'detached' })),
    );
    await event('bot', () =>
      table
        .insert({
          room,
          body: 'beep',
          author: { id_user: null, name: 'Robot' },
          kind: 'bot',
          sent: new Date(),
        })
        .run(database)
        .then(() => shows('beep')),
    );
    await event('rename', async () => {
      await page.fill('#name', 'Anna');
      await page.press('#name', 'Enter');
      await page.locator('.author', { hasText: 'Anna' }).first().waitFor();
    });
    await event('actions', async () => {
      await page.focus('#body');
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
    });
    await event('own edit', async () => {
      await page.keyboard.press('ArrowUp');
      await page.keyboard.type('!');
      await page.keyboard.press('Enter');
      await page.getByText('and you?!').waitFor();
      await page.locator('.editor').waitFor({ state: 'detached' });
    });
    await event('own deletion', async () => {
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Delete');
      await page.locator('[data-action="confirm"]').click();
      await page.getByText('and you?!').waitFor({ state: 'detached' });
    });
    await event('several messages at once', async () => {
      const rows = ['one', 'two', 'three'].map((body, i) => ({
        room,
        body,
        author: bob,
        sent: new Date(Date.now() + i),
      }));
      await table.insert(rows).run(database);
      await shows('three');
    });
    await event('connection lost', async () => {
      await context.setOffline(true);
      await page.waitForSelector('body[data-state="offline"]');
    });
    await event('message without a connection', async () => {
      await say(page, 'are you there?');
      await page.locator('.message.unsent').waitFor();
    });
    await event('connection regained', async () => {
      await context.setOffline(false);
      await page.waitForSelector('body[data-state="live"]');
      await shows('are you there?');
    });
    await event('other room', async () => {
      await page.locator('#rooms').getByRole('link', { name: 'lobby' }).click();
      await page.waitForSelector('body[data-state="live"]');
      await page.locator('#empty').waitFor();
    });
    await event('first message of a room', async () => {
      await table.insert({ room: 'lobby', body: 'first', author: bob, sent: new Date() }).run(database);
      await shows('first');
    });
    await event('back', () => page.goBack().then(() => shows('are you there?')));
    await event('a command without bots', () => say(page, '/x').then(() => shows('/x')));
    expect(transcript).toMatchInlineSnapshot(`
      [
        "history: ",
        "message: Today | Bob TIME hello",
        "next message of the author: Bob TIME how are you?",
        "own message: fine",
        "second own message: and you?",
        "edit: ",
        "deletion: ",
        "bot: Robot bot TIME beep",
        "rename: You are Anna now",
        "actions: ",
        "own edit: ",
        "own deletion: ",
        "several messages at once: Bob TIME one | Bob TIME two | Bob TIME three",
        "connection lost: Offline",
        "message without a connection: are you there?",
        "connection regained: Live",
        "other room: Live",
        "first message of a room: Today | Bob TIME first",
        "back: ",
        "a command without bots: /x | this server has no bots: nothing answers /x",
      ]
    `);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});
