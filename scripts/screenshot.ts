/**
 * `CHROME_PATH=… npx tsx scripts/screenshot.ts [file]`: starts the app on an empty database, has some people talk,
 * and takes the picture for the README: desktop and phone, by day and by night, on one sheet.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { startApp } from '../server/app.js';
import { readConfig } from '../server/config.js';
import { ROOT } from '../server/root.js';

const TALK: [name: string, body: string][] = [
  ['Ada', 'Morning! The new greenhouse sensors are on the wire.'],
  ['Ada', 'Bed 3 writes straight into the messages table, no middleman.'],
  ['Grace', 'Saw it. Moisture dropped to 18 % at dawn, is that real?'],
  ['Linus', 'Real. The valve was shut, I opened it a minute ago.'],
  ['Grace', '🌱💧'],
  ['Ada', 'Notes are at https://example.org/greenhouse/bed-3 if you want to dig.'],
];
const LAST = "I'll watch it over lunch. If it climbs past 25 % we can plant the tomatoes.";

const target = path.resolve(process.argv[2] ?? path.join(ROOT, 'docs/screenshot.png'));
const dataDir = await mkdtemp(path.join(tmpdir(), 'changeroom-screenshot-'));
const app = await startApp(
  readConfig({ PORT: '0', INTERFACE: '127.0.0.1', LOG: 'silent', DATA_DIR: dataDir, EMBEDDED_PORT: '0' }),
);
const room = `${app.url}/r/greenhouse`;
const browser = await chromium.launch({
  executablePath: process.env.CHROME_PATH,
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
try {
  for (const [name, body] of TALK) await post(name, body);
  await post('Valve 3', 'open, 2.4 l/min', 'bot');
  const views = [
    { width: 1120, height: 760, colorScheme: 'light' },
    { width: 390, height: 760, colorScheme: 'dark' },
    { width: 390, height: 760, colorScheme: 'light' },
    { width: 1120, height: 760, colorScheme: 'dark' },
  ] as const;
  const pictures: string[] = [];
  const identity = await speak(browser);
  for (const view of views) pictures.push(await picture(browser, view, identity));
  await sheet(browser, pictures);
} finally {
  await browser.close();
  await app.stop();
  await rm(dataDir, { recursive: true, force: true });
}

function post(name: string, body: string, kind: 'message' | 'bot' = 'message') {
  const author = { id_user: name, name };
  return app.parts.messages.insert({ room: 'greenhouse', body, author, kind });
}

/** @returns the cookies of somebody who has taken a name and said something */
async function speak(browser: Browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(room);
  await page.fill('#name', 'Margaret');
  await page.press('#name', 'Enter');
  await page.waitForSelector('body[data-state="live"]');
  await page.fill('#body', LAST);
  await page.press('#body', 'Enter');
  await page.waitForSelector('.own:not(.unsent)');
  const state = await context.storageState();
  await context.close();
  return state;
}

async function picture(
  browser: Browser,
  { width, height, colorScheme }: { width: number; height: number; colorScheme: 'light' | 'dark' },
  storageState: Awaited<ReturnType<typeof speak>>,
): Promise<string> {
  const viewport = { width, height };
  const context = await browser.newContext({
    viewport,
    colorScheme,
    storageState,
    deviceScaleFactor: 2,
    locale: 'en-GB',
  });
  const page = await context.newPage();
  await page.goto(room);
  await page.waitForSelector('body[data-state="live"]');
  const image = await page.screenshot();
  await context.close();
  return image.toString('base64');
}

async function sheet(browser: Browser, pictures: string[]): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1640 } });
  const image = (data: string, width: number) => `<img width="${width}" src="data:image/png;base64,${data}">`;
  const [a, b, c, d] = pictures as [string, string, string, string];
  await page.setContent(`<style>
      body { margin: 0; padding: 40px; display: grid; gap: 40px; background: #cfc2aa; width: 1600px; box-sizing: border-box }
      div { display: flex; gap: 40px } img { border-radius: 14px; box-shadow: 0 10px 40px #0004 }
    </style><div>${image(a, 1090)}${image(b, 390)}</div><div>${image(c, 390)}${image(d, 1090)}</div>`);
  await page.screenshot({ path: target, fullPage: true });
}
