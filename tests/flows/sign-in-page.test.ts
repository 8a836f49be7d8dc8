import type { Browser, BrowserContext, Page } from 'playwright-core';
import r from 'rethinkdb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts } from '../support/browser.js';
import { TestIdentityProvider } from '../support/identity-provider.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

describe('the page with a login', { ...skipWithout('chromium') }, () => {
  let provider: TestIdentityProvider;
  let app: TestApp;
  let browser: Browser;
  let context: BrowserContext;
  /** Script errors and violations of the content security policy. */
  const complaints: string[] = [];

  beforeAll(async () => {
    provider = await TestIdentityProvider.start({ lifetimeSeconds: 4 });
    [app, browser] = await Promise.all([startTestApp({ env: provider.env }), sharedBrowser()]);
    provider.allow(app.url);
  });
  afterEach(() => context.close());
  afterAll(async () => {
    await closeContexts();
    await app?.stop();
    await provider?.stop();
  });

  async function newContext(javaScriptEnabled = true): Promise<void> {
    context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled });
    complaints.length = 0;
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      if (/Content Security Policy|Trusted/.test(message.text())) complaints.push(message.text());
    });
  }

  /** Follows the link of the page, and logs in at the provider if it asks. */
  async function signIn(page: Page, name: string): Promise<void> {
    await page.click('#sign-in');
    await page.waitForLoadState();
    if (!page.url().startsWith(provider.url)) return;
    await page.fill('[name="login"]', name);
    await page.click('text="Log in"');
  }

  async function enter(path: string, name: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${app.url}${path}`);
    if ((await page.locator('#sign-in:visible').count()) > 0) await signIn(page, name);
    await isLive(page);
    return page;
  }

  const isLive = (page: Page) => page.waitForSelector('body[data-state="live"]');

  async function signOut(page: Page, button = 'Sign out'): Promise<void> {
    await page.click('#account-button');
    await page.click(`#account button:text-is("${button}")`);
    await page.click('text="Log out"');
    await page.waitForURL(`${app.url}/signed-out`);
  }

  test('a visitor signs in, writes, and is still signed in after a reload', async () => {
    await newContext();
    const page = await enter('/r/tea', 'ada');
    expect(page.url()).toBe(`${app.url}/r/tea`);
    await say(page, 'hello');
    await until('the message is shown', async () => (await shownTexts(page)).includes('hello'));
    expect(await page.locator('.author').first().textContent()).toBe('Ada');
    await page.reload();
    await isLive(page);
    expect(await page.locator('#account-button').getAttribute('title')).toBe('Signed in as Ada');
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(complaints).toEqual([]);
  });

  test('an open page stays live while its session is refreshed', async () => {
    await newContext();
    const page = await enter('/r/long', 'bea');
    const states = new Set<string | null>();
    const before = provider.countOf('grant refresh_token');
    await until(
      'the session is refreshed twice',
      async () => {
        states.add(await page.locator('body').getAttribute('data-state'));
        return provider.countOf('grant refresh_token') >= before + 2;
      },
      20_000,
    );
    expect([...states]).toEqual(['live']);
    await say(page, 'still here');
    await until('the message is shown', async () => (await shownTexts(page)).includes('still here'));
  });

  test('signing out in one tab signs out the others, which keep the draft and return by themselves', async () => {
    await newContext();
    const page = await enter('/r/tea', 'carol');
    await page.fill('#body', 'a draft');
    const other = await enter('/r/lobby', 'carol');
    await signOut(other);
    await page.waitForSelector('#sign-in:visible');
    expect(await page.locator('#notice').textContent()).toBe('You are signed out.');
    expect(await page.locator('#connection-text').textContent()).toBe('Signed out');
    expect(await page.locator('#sign-in').getAttribute('href')).toBe('/login?return=%2Fr%2Ftea');
    await other.click('#sign-in');
    await other.waitForLoadState();
    await other.fill('[name="login"]', 'carol');
    await other.click('text="Log in"');
    await isLive(other);
    await isLive(page);
    expect(await page.inputValue('#body')).toBe('a draft');
    expect(complaints).toEqual([]);
  });

  test('a page whose session ends leads to the login and back to its room, with the draft', async () => {
    await newContext();
    const page = await enter('/r/tea', 'dora');
    await page.fill('#body', 'a draft');
    const console_ = await app.database.connect();
    await r.table('sessions').filter({ id_user: 'dora' }).delete().run(console_);
    await page.waitForSelector('#sign-in:visible');
    expect(await page.locator('#account-button').isVisible()).toBe(false);
    await signIn(page, 'dora');
    await isLive(page);
    expect(page.url()).toBe(`${app.url}/r/tea`);
    expect(await page.inputValue('#body')).toBe('a draft');
  });

  test('another user of the same browser sees no draft and no unsent message', async () => {
    await newContext();
    const page = await enter('/r/tea', 'eve');
    await page.fill('#body', 'a secret of eve');
    await signOut(page);
    await signIn(page, 'mallory');
    await page.goto(`${app.url}/r/tea`);
    await isLive(page);
    expect(await page.locator('#account-button').getAttribute('title')).toBe('Signed in as Mallory');
    expect(await page.inputValue('#body')).toBe('');
  });

  test('signing out of all browsers ends the session of another browser', async () => {
    await newContext();
    const elsewhere = await browser.newContext();
    const mine = context;
    context = elsewhere;
    const away = await enter('/r/tea', 'fred');
    context = mine;
    await signOut(await enter('/r/tea', 'fred'), 'Sign out of all browsers');
    await away.waitForSelector('#sign-in:visible');
    await elsewhere.close();
  });

  test('everything works without JavaScript', async () => {
    await newContext(false);
    const page = await context.newPage();
    await page.goto(`${app.url}/r/forms`);
    expect(await page.locator('h1').textContent()).toBe('Sign in to enter');
    await signIn(page, 'gina');
    await page.fill('#body', 'posted by a form');
    await page.click('#send');
    expect(await shownTexts(page)).toEqual(['posted by a form']);
    await signOut(page);
    await page.goto(`${app.url}/r/forms`);
    expect(await page.locator('#sign-in').isVisible()).toBe(true);
  });

  test('a page waits while the provider is unavailable, and continues by itself when it is back', async () => {
    await newContext();
    const page = await enter('/r/tea', 'hugo');
    await page.fill('#body', 'a draft');
    provider.setDown(true);
    await page.waitForSelector('body[data-state="reconnecting"]');
    expect(await page.locator('#notice').textContent()).toContain('sign-in service is unavailable');
    provider.setDown(false);
    await isLive(page);
    expect(await page.inputValue('#body')).toBe('a draft');
    await say(page, 'back again');
    await until('the message is shown', async () => (await shownTexts(page)).includes('back again'));
  });
});
