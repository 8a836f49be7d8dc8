import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cookieOfGuest, jsonOf, post } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, sharedBrowser } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

/**
 * The headless shell of Chromium has no notifications, and Playwright gives every tab the focus. So the page has notifications
 * that all its tabs share, as those of the system, and records which tab showed one.
 */
const STAND_IN = `
  globalThis.isFocusedTab = false;
  document.hasFocus = () => globalThis.isFocusedTab;
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
  Notification.requestPermission = async () => 'granted';
  globalThis.shown = [];
  const all = () => JSON.parse(localStorage.getItem('notifications of the system') ?? '[]');
  const store = (kept) => localStorage.setItem('notifications of the system', JSON.stringify(kept));
  const without = (tag) => all().filter((one) => one.tag !== tag);
  ServiceWorkerRegistration.prototype.showNotification = async (title, { body, tag, data: { url } }) => {
    globalThis.shown.push(title + ' | ' + body);
    store([...without(tag), { title, body, tag, url }]);
  };
  ServiceWorkerRegistration.prototype.getNotifications = async ({ tag }) =>
    all().filter((one) => one.tag === tag).map((one) => ({ ...one, close: () => store(without(tag)) }));`;

/** A browser whose user has not decided, and denies the permission. */
const UNDECIDED = `
  globalThis.questions = 0;
  let permission = 'default';
  Object.defineProperty(Notification, 'permission', { get: () => permission });
  Notification.requestPermission = async () => {
    globalThis.questions += 1;
    return (permission = 'denied');
  };`;

interface Shown {
  title: string;
  body: string;
  tag: string;
  url: string;
}

describe('notifications', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;
  let context: BrowserContext;
  let tea: Page;
  let cake: Page;
  let ann: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    [app, browser] = await Promise.all([startTestApp(), sharedBrowser()]);
    ann = await cookieOfGuest(app.url, 'Ann');
  });
  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  const say = (room: string, body: string) =>
    post(`${app.url}/api/rooms/${room}/messages`, { body }, { cookie: ann });
  /** Resolves when both tabs have the settings: they show the theme of the same change. */
  const change = async (theme: 'dark' | 'light', notifications: object) => {
    await context.request.patch(`${app.url}/api/me/settings`, { data: { theme, notifications } });
    for (const page of [tea, cake]) await page.waitForSelector(`html[data-theme="${theme}"]`);
  };
  const shownBy = (page: Page) => page.evaluate<string[]>('globalThis.shown');
  const shownByTabs = async () => [...(await shownBy(tea)), ...(await shownBy(cake))];
  const notifications = () =>
    tea.evaluate<Shown[]>("JSON.parse(localStorage.getItem('notifications of the system') ?? '[]')");
  const focus = (page: Page, isFocused: boolean) =>
    page.evaluate(
      `globalThis.isFocusedTab = ${isFocused}; dispatchEvent(new Event('${isFocused ? 'focus' : 'blur'}'))`,
    );

  test('a button turns notifications on, and the page never asks by itself', async () => {
    const opened = await browser.newContext({ locale: 'en-GB' });
    await opened.addInitScript(UNDECIDED);
    const page = await opened.newPage();
    await page.goto(`${app.url}/r/tea`);
    await page.waitForSelector('body[data-state="live"]');
    await page.evaluate('navigator.serviceWorker.ready');
    expect(await page.evaluate('globalThis.questions')).toBe(0);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('This browser shows no notifications.').waitFor();
    await page.getByRole('button', { name: 'Turn on notifications' }).click();
    await page.getByText('Your browser blocks notifications of this site.').waitFor();
    expect(await page.evaluate('globalThis.questions')).toBe(1);
    await opened.close();
  });

  test('one of two tabs notifies of a message in a followed room, and the notification ends when it is read', async () => {
    context = await browser.newContext({ locale: 'en-GB' });
    await context.addInitScript(STAND_IN);
    await context.request.post(`${app.url}/api/rooms/tea/join`);
    tea = await context.newPage();
    await tea.goto(`${app.url}/r/tea`);
    await tea.waitForSelector('body[data-state="live"]');
    await tea.evaluate('navigator.serviceWorker.ready');
    await tea.locator('#people-button').click();
    await tea.getByRole('link', { name: 'Notifications' }).click();
    await tea.getByRole('button', { name: 'Turn on notifications' }).click();
    await tea.getByText('This browser shows notifications while a page is open.').waitFor();
    await tea.getByRole('button', { name: 'Close' }).last().click();
    cake = await context.newPage();
    for (const page of [tea, cake]) page.on('pageerror', (error) => complaints.push(error.message));
    await cake.goto(`${app.url}/r/cake`);
    await cake.waitForSelector('body[data-state="live"]');
    const { id } = await jsonOf(await say('tea', 'Is there **any** left?'));
    await until('the notification', async () => (await notifications()).length === 1);
    expect(await notifications()).toEqual([
      { title: 'Ann in #tea', body: 'Is there any left?', tag: 'room:tea', url: `/r/tea?at=${id}` },
    ]);
    await say('tea', 'and cake?');
    await until(
      'the next one, in its place',
      async () => (await notifications())[0]?.body === 'Ann: and cake?',
    );
    expect(await notifications()).toMatchObject([{ title: '2 new messages in #tea' }]);
    expect(await shownByTabs()).toHaveLength(2);
    await focus(tea, true);
    await until('the end of the notification', async () => (await notifications()).length === 0);
  });

  test('the visible and focused room, levels and pauses do not notify, and mentions in other rooms do', async () => {
    const me = await (await context.request.get(`${app.url}/api/me`)).json();
    const before = (await shownByTabs()).length;
    await say('tea', 'the reader looks at this');
    await say('cake', 'this room is not followed');
    await change('dark', { paused_until: Date.now() + 60_000 });
    await say('cake', `<@${me.id_user}> during a pause`);
    await change('light', { paused_until: null, rooms: { tea: 'none' } });
    await focus(tea, false);
    await say('tea', `<@${me.id_user}> in a room with the level none`);
    await say('cake', `<@${me.id_user}> look`);
    await until('the notification', async () => (await shownByTabs()).length > before);
    expect((await shownByTabs()).slice(before)).toEqual([
      expect.stringMatching(/^Ann mentioned you in #cake \| @Guest \d+ look$/),
    ]);
  });

  test('a click on a notification opens its message in the page', async () => {
    const { url } = (await notifications()).find(({ tag }) => tag === 'room:cake')!;
    const click = { type: 'open', url };
    await tea.evaluate(
      `navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: ${JSON.stringify(click)} }))`,
    );
    await tea.locator('.message.target', { hasText: 'look' }).waitFor();
    expect(new URL(tea.url()).pathname).toBe('/r/cake');
    expect(complaints).toEqual([]);
  });

  test('without a script, the page of the settings changes them, also for one room', async () => {
    const page = await (await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB' })).newPage();
    await page.goto(`${app.url}/settings?room=tea`);
    await page.getByRole('group', { name: '#tea' }).getByRole('radio', { name: 'Nothing' }).check();
    await page
      .getByRole('group', { name: 'Do not disturb for' })
      .getByRole('radio', { name: '8 hours' })
      .check();
    await page.getByLabel('From').fill('22:00');
    await page.getByLabel('To', { exact: true }).fill('07:00');
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Your settings are saved.').waitFor();
    const { notifications } = await (await page.request.get(`${app.url}/api/me/settings`)).json();
    expect(notifications).toMatchObject({
      rooms: { tea: 'none' },
      quiet: { from: '22:00', to: '07:00', zone: 'Europe/Berlin' },
    });
    expect(notifications.paused_until).toBeGreaterThan(Date.now());
    await page.goto(`${app.url}/r/tea?notifications`);
    expect(new URL(page.url()).search).toBe('?room=tea');
    expect(
      await page.getByRole('group', { name: '#tea' }).getByRole('radio', { name: 'Nothing' }).isChecked(),
    ).toBe(true);
    await page.getByLabel('Time zone').fill('Mars');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('time zone').waitFor();
  });
});
