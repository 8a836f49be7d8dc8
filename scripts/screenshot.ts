/**
 * `CHROME_PATH=… npx tsx scripts/screenshot.ts [file]`: starts the server on an empty database, writes a conversation, and
 * takes the picture for the README: desktop and phone, with the light and the dark theme, in one image.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { startApp } from '../server/app.js';
import { readConfig } from '../server/config/config.js';
import { ROOT } from '../server/runtime/project-root.js';

const ROOMS = [
  { by: 'Ada', name: 'greenhouse', topic: 'Sensors, valves, and what grows', access: 'open' },
  { by: 'Grace', name: 'harvest', topic: 'Who brings what on Saturday', access: 'open' },
  { by: 'Ada', name: 'keyholders', topic: 'Budget and keys', access: 'members' },
  { by: 'Linus', name: 'bees', topic: 'Hives 1 to 4', access: 'open' },
  { by: 'Linus', name: 'tool shed', topic: '', access: 'members' },
];
const TALK: [name: string, body: string][] = [
  ['Ada', 'Morning! The new greenhouse sensors are on the wire.'],
  ['Ada', 'Bed 3 writes straight into the messages table, no middleman.'],
  ['Grace', 'Saw it. Moisture dropped to 18 % at dawn, is that real?'],
  ['Linus', 'Real. The valve was shut, I opened it a minute ago.'],
  ['Grace', '🌱💧'],
  ['Ada', 'Notes are at https://example.org/greenhouse/bed-3 if you want to dig.'],
];
const LAST = "I'll watch it over lunch. If it climbs past 25 % we can plant the tomatoes.";
const ELSEWHERE: [name: string, room: string, body: string][] = [
  ['Grace', 'harvest', 'I bring bread.'],
  ['Linus', 'harvest', 'Then I bring cheese.'],
  ['Grace', 'harvest', 'And who has a table?'],
  ['Ada', 'keyholders', 'The new lock is in.'],
];
/** The rooms that users have open. */
const PRESENT: [name: string, room: string][] = [
  ['Ada', 'greenhouse'],
  ['Grace', 'greenhouse'],
  ['Linus', 'greenhouse'],
  ['Grace', 'harvest'],
  ['Linus', 'bees'],
];

const target = path.resolve(process.argv[2] ?? path.join(ROOT, 'docs/screenshot.png'));
const dataDir = await mkdtemp(path.join(tmpdir(), 'changeroom-screenshot-'));
const app = await startApp(
  readConfig({ PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent', DATA_DIR: dataDir, EMBEDDED_PORT: '0' }),
);
const browser = await chromium.launch({
  ...(process.env.CHROME_PATH && { executablePath: process.env.CHROME_PATH }),
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
try {
  const people = new Map<string, BrowserContext>();
  for (const name of ['Ada', 'Grace', 'Linus', 'Margaret']) people.set(name, await meet(name));
  const ask = (name: string, address: string, data: object = {}) =>
    people.get(name)!.request.post(`${app.url}/api/rooms${address}`, { data });
  for (const { by, ...room } of ROOMS) await ask(by, '', room);
  for (const room of ['greenhouse', 'harvest', 'keyholders']) await ask('Margaret', `/${room}/join`);
  for (const [name, body] of TALK) await ask(name, '/greenhouse/messages', { body });
  const author = { id_user: 'valve-3', name: 'Valve 3' };
  await app.parts.messages.insert({ room: 'greenhouse', body: 'open, 2.4 l/min', author, kind: 'bot' });
  await ask('Margaret', '/greenhouse/messages', { body: LAST });
  const entries = PRESENT.map(([name, room]) => enter(people.get(name)!, room));
  await Promise.all(entries);
  // Read before the pictures, so that the line of what is new does not stand in them.
  const reader = await enter(people.get('Margaret')!, 'greenhouse');
  await reader.locator('#newer').click();
  await reader.waitForFunction(
    `fetch('/api/rooms/greenhouse').then((answer) => answer.json()).then(({ unread }) => unread === 0)`,
  );
  await reader.close();
  for (const [name, room, body] of ELSEWHERE) await ask(name, `/${room}/messages`, { body });
  const views = [
    { width: 1120, height: 760, colorScheme: 'light' },
    { width: 390, height: 760, colorScheme: 'dark', opens: '.menu' },
    { width: 390, height: 760, colorScheme: 'light' },
    { width: 1120, height: 760, colorScheme: 'dark', opens: '#people-button' },
  ] as const;
  const pictures: string[] = [];
  const identity = await people.get('Margaret')!.storageState();
  for (const view of views) pictures.push(await picture(browser, view, identity));
  await sheet(browser, pictures);
} finally {
  await browser.close();
  await app.stop();
  await rm(dataDir, { recursive: true, force: true });
}

/** @returns the browser of a user who has chosen a name */
async function meet(name: string): Promise<BrowserContext> {
  const context = await browser.newContext();
  await context.request.put(`${app.url}/api/me`, { data: { name } });
  return context;
}

async function enter(context: BrowserContext, room: string) {
  const page = await context.newPage();
  await page.goto(`${app.url}/r/${encodeURIComponent(room)}`);
  await page.waitForSelector('body[data-state="live"]');
  return page;
}

interface View {
  width: number;
  height: number;
  colorScheme: 'light' | 'dark';
  /** Selector of an element to click first. */
  opens?: string;
}

async function picture(
  browser: Browser,
  { width, height, colorScheme, opens }: View,
  storageState: Awaited<ReturnType<BrowserContext['storageState']>>,
): Promise<string> {
  const viewport = { width, height };
  const context = await browser.newContext({
    viewport,
    colorScheme,
    storageState,
    deviceScaleFactor: 2,
    locale: 'en-GB',
  });
  const page = await enter(context, 'greenhouse');
  await page.getByRole('button', { name: '4 here: show who' }).waitFor();
  await page.locator('.room-users').nth(2).waitFor({ state: 'attached' });
  if (opens) await page.click(opens);
  await page.mouse.move(0, 0);
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
