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
const browser = await chromium.launch({
  executablePath: process.env.CHROME_PATH,
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
try {
  for (const [i, [name, body]] of TALK.entries()) await post(name, body, i);
  await post('Valve 3', 'open, 2.4 l/min', TALK.length, 'bot');
  const views = [
    { width: 1120, height: 760, colorScheme: 'light' },
    { width: 390, height: 760, colorScheme: 'dark' },
    { width: 390, height: 760, colorScheme: 'light' },
    { width: 1120, height: 760, colorScheme: 'dark' },
  ] as const;
  const pictures: string[] = [];
  for (const [i, view] of views.entries()) pictures.push(await picture(browser, view, i === 0));
  await sheet(browser, pictures);
} finally {
  await browser.close();
  await app.stop();
  await rm(dataDir, { recursive: true, force: true });
}

function post(name: string, body: string, minute: number, kind: 'message' | 'bot' = 'message') {
  const author = { id_user: name, name };
  return app.parts.messages.insert({ room: 'greenhouse', body, author, kind });
}

async function picture(
  browser: Browser,
  { width, height, colorScheme }: { width: number; height: number; colorScheme: 'light' | 'dark' },
  speaks: boolean,
): Promise<string> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    deviceScaleFactor: 2,
    locale: 'en-GB',
  });
  const page = await context.newPage();
  await page.goto(`${app.url}/r/greenhouse`);
  await page.fill('#name', 'Margaret');
  await page.evaluate("document.querySelector('.you').submit()");
  await page.waitForSelector('body[data-state="live"]');
  if (speaks) {
    await page.fill('#body', LAST);
    await page.press('#body', 'Enter');
    await page.waitForSelector('.own:not(.unsent)');
  }
  const image = await page.screenshot();
  await context.close();
  return image.toString('base64');
}

async function sheet(browser: Browser, pictures: string[]): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1640 } });
  const image = (data: string, width: number) =>
    `<img width="${width}" src="data:image/png;base64,${data}">`;
  const [a, b, c, d] = pictures as [string, string, string, string];
  await page.setContent(`<style>
      body { margin: 0; padding: 40px; display: grid; gap: 40px; background: #cfc2aa; width: 1600px; box-sizing: border-box }
      div { display: flex; gap: 40px } img { border-radius: 14px; box-shadow: 0 10px 40px #0004 }
    </style><div>${image(a, 1090)}${image(b, 390)}</div><div>${image(c, 390)}${image(d, 1090)}</div>`);
  await page.screenshot({ path: target, fullPage: true });
}
