import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, say, sharedBrowser, shownTexts, visit } from '../support/browser.js';
import { CookieBrowser } from '../support/cookie-browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.stop());

describe('a guest who secures the name', skipWithout('chromium'), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await sharedBrowser();
  });
  afterAll(() => closeContexts());

  /** A device with a passkey authenticator, which confirms without a dialog. */
  async function addAuthenticator(context: BrowserContext, page: Page): Promise<void> {
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
  }

  test('a passkey brings name and messages back after the cookies are lost, and others are refused the name', async () => {
    // Passkeys are bound to a host name: an address has none.
    const url = app.url.replace('127.0.0.1', 'localhost');
    const { page, context, complaints } = await visit(browser, `${url}/r/tea`);
    await addAuthenticator(context, page);
    await page.fill('#name', 'Noor');
    await page.press('#name', 'Enter');
    await page.getByText('You are Noor now').waitFor({ state: 'attached' });
    await say(page, 'mine');
    await until('the delivery', async () => (await shownTexts(page)).length === 1);
    const otherTab = await context.newPage();
    await otherTab.goto(`${url}/r/tea`);
    await otherTab.waitForSelector('body[data-state="live"]');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Your name and your browsers' }).click();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('Your name is secured.').waitFor();
    await otherTab.bringToFront();
    await otherTab.waitForSelector('body[data-state="refused"]');
    await otherTab.waitForSelector('body[data-state="live"]');
    await say(otherTab, 'mine too');
    await until('the delivery', async () => (await shownTexts(otherTab)).length === 2);
    expect(await otherTab.locator('.message.own').count()).toBe(2);
    await otherTab.close();

    await context.clearCookies();
    await page.goto(`${url}/r/tea`);
    await page.waitForSelector('body[data-state="live"]');
    expect(await page.locator('.message.own').count()).toBe(0);
    await page.fill('#name', 'Noor');
    await page.press('#name', 'Enter');
    await page.locator('#name-fault:not([hidden])').waitFor();
    expect(await page.textContent('#name-fault')).toContain('get it back');
    await page.goto(`${url}/recover`);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForSelector('body[data-state="live"]');
    expect(await page.inputValue('#name')).toBe('Noor');
    await page.goto(`${url}/r/tea`);
    expect(await page.locator('.message.own').count()).toBe(2);
    expect(complaints.filter((text) => !/status of 4\d\d/.test(text))).toEqual([]);
    await context.close();
  });
});

describe('without JavaScript', () => {
  const codeIn = (html: string) => /<output[^>]*>([^<]+)<\/output>/.exec(html)?.[1] ?? '';
  const confirmationIn = (html: string) => /name="confirmation" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const ownPage = () => `${app.url}/settings/name`;

  /** @returns the recovery code */
  async function secure(browser: CookieBrowser, name: string): Promise<string> {
    expect(await (await browser.get(ownPage())).text()).toContain('Choose one of your own first');
    const named = await (await browser.post(ownPage(), { name })).text();
    expect(named).toContain(`You are ${name} now`);
    const shown = await (await browser.post(`${ownPage()}/code`, {})).text();
    const confirmation = confirmationIn(shown);
    const confirmed = await browser.post(`${ownPage()}/code/confirm`, { confirmation });
    expect(await confirmed.text()).toContain('Your name is secured.');
    return codeIn(shown);
  }

  test('a recovery code is created, confirmed and used by forms, and a browser is signed out', async () => {
    const first = new CookieBrowser();
    const code = await secure(first, 'Tove');
    const second = new CookieBrowser();
    const refused = await second.post(`${app.url}/recover`, { name: 'Tove', code: 'nonsense' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('do not belong together');
    const lobby = await second.post(`${app.url}/recover`, { name: 'Tove', code });
    expect(await lobby.text()).toContain('value="Tove"');
    const page = await (await first.get(ownPage())).text();
    expect(page).toContain('Sign out all others');
    const [path = ''] = /\/settings\/name\/sessions\/[\w-]{43}\/end/.exec(page) ?? [];
    expect(await (await first.post(app.url + path, {})).text()).toContain('signed out');
    const ended = await second.get(`${app.url}/r/tea`);
    expect(ended.status).toBe(401);
    expect(await ended.text()).toContain('href="/recover"');
    await second.post(`${app.url}/recover`, { name: 'Tove', code });
    await first.post(`${ownPage()}/sessions/end-others`, {});
    expect((await first.get(ownPage())).status).toBe(200);
    expect((await second.get(`${app.url}/r/tea`)).status).toBe(401);
    const fresh = await second.post(`${app.url}/recover/forget`, {});
    expect(await fresh.text()).toMatch(/value="Guest \d{4}"/);
  });

  test('the first page of a new visitor shows the guest of the cookie', async () => {
    const response = await new CookieBrowser().send(ownPage());
    expect(response.headers.getSetCookie()).toHaveLength(1);
    const [, shown = ''] = /value="(Guest \d{4})"/.exec(await response.text()) ?? [];
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const me = await (await fetch(`${app.url}/api/me`, { headers: { cookie } })).json();
    expect(me).toMatchObject({ name: shown });
  });

  test('forms are refused with an explanation, and keep the text', async () => {
    await secure(new CookieBrowser(), 'Ulla');
    const other = new CookieBrowser();
    const taken = await other.post(ownPage(), { name: 'Ulla' });
    expect(taken.status).toBe(409);
    const html = await taken.text();
    expect(html).toContain('belongs to another user');
    expect(html).toContain('value="Ulla"');
    const wrong = await other.post(`${ownPage()}/code/confirm`, { confirmation: 'x' });
    expect(wrong.status).toBe(400);
    const unknown = await other.post(`${ownPage()}/credentials/x/remove`, {});
    expect(unknown.status).toBe(404);
    const foreign = await other.send(`${app.url}/recover`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example' },
      body: new URLSearchParams({ name: 'Ulla', code: 'x' }),
    });
    expect(foreign.status).toBe(403);
  });
});
