import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { programPath } from './programs.js';

/** Starts a real Chromium, which the caller closes. @param options of its command line */
export async function launchBrowser(...options: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: programPath('chromium'),
    // Containers give programs neither the rights for the sandbox nor much shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', ...options],
  });
}

let shared: Promise<Browser> | undefined;

/** The Chromium of this worker, which ends with the worker. A suite calls `closeContexts` when it ends. */
export function sharedBrowser(): Promise<Browser> {
  shared ??= launchBrowser();
  return shared;
}

/** Closes all pages of the shared browser, with their cookies and storage. */
export async function closeContexts(): Promise<void> {
  const browser = await shared;
  for (const context of browser?.contexts() ?? []) await context.close();
}

export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** Messages of the browser: script errors and violations of the content security policy. */
  complaints: string[];
}

/** A visitor with separate cookies. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Vienna', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A connection that is cut on purpose is reported as an error too, also by the update of the service worker.
    const isNetwork = /net::ERR|WebSocket connection|status of 50\d|fetching the script/.test(message.text());
    if (message.type() === 'error' && !isNetwork) complaints.push(message.text());
  });
  await page.goto(url);
  if (options.javaScriptEnabled !== false) await page.waitForSelector('body[data-state="live"]');
  return { page, context, complaints };
}

/** Writes a message as a user would. */
export async function say(page: Page, text: string): Promise<void> {
  await page.fill('#body', text);
  await page.press('#body', 'Enter');
}

/** The texts of the messages on screen, in order, without those that are not delivered yet. */
export async function shownTexts(page: Page): Promise<string[]> {
  const texts = await page.locator('.message:not(.unsent) .body').allInnerTexts();
  return texts.map((text) => text.replace(/ \(edited\)$/, ''));
}
