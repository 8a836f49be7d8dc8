import type { Browser, Frame, Page } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

/** The document that shows the messages: without JavaScript, it is in a frame. */
async function logOf(page: Page, javaScriptEnabled: boolean): Promise<Page | Frame> {
  if (javaScriptEnabled) return page;
  const frame = await (await page.waitForSelector('#log-frame')).contentFrame();
  await frame?.waitForSelector('.body');
  if (!frame) throw new Error('the page has no frame');
  return frame;
}

describe('the page', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
  });

  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  test('the page fits a narrow screen, whatever is written', async () => {
    const database = await app.database.connect();
    const bodies = [
      'w'.repeat(500),
      `https://example.org/${'path'.repeat(100)}`,
      'many words '.repeat(50),
      '🌱🌱🌱',
    ];
    const room = 'N'.repeat(64);
    const author = { id_user: null, name: 'm'.repeat(40) };
    await r
      .table('messages')
      .insert(bodies.map((body) => ({ room, body, author })))
      .run(database);
    const viewport = { width: 360, height: 640 };
    for (const javaScriptEnabled of [true, false]) {
      const { page, context } = await visit(browser, `${app.url}/r/${room}`, { viewport, javaScriptEnabled });
      const log = await logOf(page, javaScriptEnabled);
      const isWithin = `[...document.querySelectorAll('.body')].every((one) => one.getBoundingClientRect().right <= 360)`;
      expect(await log.evaluate(isWithin)).toBe(true);
      const widest = await page.evaluate(`Math.max(...[...document.querySelectorAll('body *')]
        .filter((one) => !one.closest('.unseen, .skip'))
        .map((one) => one.getBoundingClientRect().right))`);
      expect(widest).toBeLessThanOrEqual(360);
      expect(await page.locator('#send').isVisible()).toBe(true);
      await context.close();
    }
  });

  test('each message has its own text direction', async () => {
    const database = await app.database.connect();
    const room = 'directions';
    const author = { id_user: null, name: 'דוד' };
    const bodies = ['שלום, world!', 'שלום, world!\nHello, עולם!'];
    const rows = bodies.map((body, i) => ({ room, body, author, sent: new Date(1.7e12 + i) }));
    await r.table('messages').insert(rows).run(database);
    for (const javaScriptEnabled of [true, false]) {
      const { page, context } = await visit(browser, `${app.url}/r/${room}`, { javaScriptEnabled });
      /** On which side of the first letter of its line each final punctuation mark is. */
      const log = await logOf(page, javaScriptEnabled);
      const ends = await log.evaluate(`[...document.querySelectorAll('.body')].map((body) => {
        const placeOf = (offset) => {
          const range = document.createRange();
          range.setStart(body.firstChild, offset);
          range.setEnd(body.firstChild, offset + 1);
          return range.getBoundingClientRect().x;
        };
        const text = body.firstChild.data;
        let start = 0;
        return text.split('\\n').map((line) => {
          const isLeft = placeOf(start + line.length - 1) < placeOf(start);
          start += line.length + 1;
          return isLeft ? 'left' : 'right';
        });
      })`);
      expect(ends).toEqual([['left'], ['left', 'right']]);
      await context.close();
    }
  });

  test('bidi controls of a message affect neither its links nor other messages', async () => {
    const database = await app.database.connect();
    const room = 'overrides';
    const body = '\u202eno end https://a.example/moc.knab';
    await r.table('messages').insert({ id: 'bidi', room, body }).run(database);
    await r
      .table('messages')
      .get('bidi')
      .update({ body: `${body}\u2067` })
      .run(database);
    for (const javaScriptEnabled of [true, false]) {
      const { page, context } = await visit(browser, `${app.url}/r/${room}`, { javaScriptEnabled });
      /** Whether the first letter of a text is to the left of its last. */
      const log = await logOf(page, javaScriptEnabled);
      const runsRight = (selector: string) =>
        log.evaluate(`(() => {
          const text = document.querySelector('${selector}').firstChild;
          const placeOf = (offset) => {
            const range = document.createRange();
            range.setStart(text, offset);
            range.setEnd(text, offset + 1);
            return range.getBoundingClientRect().x;
          };
          return placeOf(1) < placeOf(text.data.length - 2);
        })()`);
      expect(await runsRight('.body')).toBe(false);
      expect(await runsRight('.body a')).toBe(true);
      expect(await runsRight('.edited')).toBe(true);
      const edges = await log.evaluate(`['.body a', '.edited'].map((one) =>
        document.querySelector(one).getBoundingClientRect().x)`);
      expect(edges).toEqual([...(edges as number[])].sort((a, b) => a - b));
      await context.close();
    }
  });

  test('the drawer on a narrow screen leads to any room', async () => {
    const { page, context, complaints } = await visit(browser, app.url, {
      viewport: { width: 360, height: 640 },
    });
    const button = page.getByRole('button', { name: 'Go to a room' });
    expect(await button.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Rooms and your name' }).click();
    await button.click();
    await page.getByRole('combobox', { name: 'Go to a room' }).fill(' a/b?c ');
    await page.getByRole('option', { name: 'Create the room “a/b?c”' }).click();
    await page.getByRole('dialog', { name: 'New room' }).getByRole('button', { name: 'Create' }).click();
    await page.waitForURL(`${app.url}/r/a%2Fb%3Fc`);
    expect(await page.locator('h1').textContent()).toContain('a/b?c');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the drawer shows several rooms on a low screen', async () => {
    const viewport = { width: 640, height: 360 };
    const { page, context } = await visit(browser, app.url, { viewport });
    const create = (name: string) =>
      context.request.post(`${app.url}/api/rooms`, { data: { name, topic: '', access: 'open' } });
    for (let i = 0; i < 20; i++) expect((await create(`one of many ${i}`)).status()).toBe(201);
    await page.getByRole('button', { name: 'Rooms and your name' }).click();
    await page.getByRole('link', { name: 'one of many 19' }).hover();
    expect((await page.locator('#rooms').boundingBox())!.height).toBeGreaterThan(viewport.height / 2);
    await page.getByRole('textbox', { name: 'Your name' }).fill('Ann');
    await page.getByRole('button', { name: 'Change name' }).click();
    await page.getByRole('status').getByText('You are Ann now').waitFor({ state: 'attached' });
    await context.close();
  });

  test('rooms of any name work, each at one address', async () => {
    const names = ['..', '.', 'constructor', '__proto__', 'a/b', '100%', '😀', '<script>', 'toString', 'é'];
    const { page, context, complaints } = await visit(browser, app.url);
    for (const name of names) {
      await page.goto(`${app.url}/r/?room=${encodeURIComponent(name)}`);
      await page.waitForSelector('body[data-state="live"]');
      await say(page, `in ${name}`);
      await until(`a message in ${name}`, async () => (await shownTexts(page)).length === 1);
      expect(await shownTexts(page)).toEqual([`in ${name}`]);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('every room has one canonical address', async () => {
    const goes = async (path: string) => {
      const response = await fetch(app.url + path, { redirect: 'manual' });
      return response.status === 302 ? response.headers.get('location') : response.status;
    };
    expect(await goes('/r/lobby')).toBe('/');
    expect(await goes('/r')).toBe('/');
    expect(await goes('/r/%20x%20')).toBe('/r/x');
    expect(await goes('/r/e%CC%81')).toBe('/r/%C3%A9');
    expect(await goes('/r/x')).toBe(200);
    expect(await goes(`/r/${'x'.repeat(65)}`)).toBe(400);
    expect(await goes('/r/%E0%A4%A')).toBe(400);
    expect(await goes('/r/x%00')).toBe(400);
    expect(await goes('/r/x?before=nonsense')).toBe(400);
  });

  test('forms of other sites are refused', async () => {
    const headers = { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${app.url}/r/x`, { method: 'POST', headers, body: 'body=hi' });
    expect(response.status).toBe(403);
  });

  test('the content security policy allows no other origins, and plain http gets no HSTS header', async () => {
    const { headers } = await fetch(app.url);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('cross-origin-opener-policy')).toBeNull();
    const secure = await fetch(app.url, { headers: { 'x-forwarded-proto': 'https' } });
    expect(secure.headers.get('strict-transport-security')).toContain('max-age');
    expect(secure.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  });

  test('browsers find an icon at its usual address, and search engines are asked to stay out', async () => {
    const icon = await fetch(`${app.url}/favicon.ico`);
    expect(icon.status).toBe(200);
    expect(icon.headers.get('content-type')).toContain('image/svg+xml');
    expect(await (await fetch(`${app.url}/robots.txt`)).text()).toBe('User-agent: *\nDisallow: /\n');
  });

  test('assets can be cached forever, pages cannot', async () => {
    const page = await fetch(app.url);
    expect(page.headers.get('cache-control')).toBe('private, no-cache');
    const script = /src="(\/static\/[^"]+)"/.exec(await page.text())?.[1];
    const asset = await fetch(app.url + script);
    expect(asset.status).toBe(200);
    expect(asset.headers.get('cache-control')).toContain('immutable');
  });
});
