import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { startApp } from '../../server/app.js';
import { readConfig } from '../../server/config/config.js';
import { findSystemPrograms } from '../test/find-program.js';

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
/** The user from whose point of view pictures are taken. */
const READER = 'Margaret';

/** The cookies and storage of a browser. */
export type Identity = Awaited<ReturnType<BrowserContext['storageState']>>;

/** A chat with rooms, users and a conversation in the room `greenhouse`, for pictures. */
export interface Community {
  url: string;
  browser: Browser;
  /** The identity of a user who reads in all pictures. */
  reader: Identity;
  /** The browser of one of the users. */
  personOf(name: string): Promise<BrowserContext>;
  /** Writes a message as one of the users Ada, Grace, Linus and Margaret. @returns its id */
  write(name: string, room: string, body: string, more?: object): Promise<string>;
  close(): Promise<void>;
}

/** Starts a server on an empty database, and a browser. */
export async function openCommunity(): Promise<Community> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'changeroom-screenshot-'));
  const settings = {
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    EMBEDDED_PORT: '0',
    LIMIT_MESSAGES: '0',
  };
  const app = await startApp(readConfig({ ...settings, DATA_DIR: dataDir }));
  const { CHROME_PATH: executablePath = '' } = findSystemPrograms(['chromium']);
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  const people = new Map<string, BrowserContext>();

  const personOf = async (name: string): Promise<BrowserContext> => {
    const known = people.get(name);
    if (known) return known;
    const context = await browser.newContext();
    await context.request.put(`${app.url}/api/me`, { data: { name } });
    people.set(name, context);
    return context;
  };
  const ask = async (name: string, address: string, data: object = {}) =>
    (await personOf(name)).request.post(`${app.url}/api/rooms${address}`, { data });
  const write = async (name: string, room: string, body: string, more: object = {}): Promise<string> => {
    const answer = await ask(name, `/${room}/messages`, { body, ...more });
    if (!answer.ok()) throw new Error(`The message was not written: ${await answer.text()}`);
    return ((await answer.json()) as { id: string }).id;
  };
  const enter = async (name: string, room: string): Promise<Page> => {
    const page = await (await personOf(name)).newPage();
    await page.goto(`${app.url}/r/${encodeURIComponent(room)}`);
    await page.waitForSelector('body[data-state="live"]');
    return page;
  };

  for (const { by, ...room } of ROOMS) await ask(by, '', room);
  for (const room of ['greenhouse', 'harvest', 'keyholders']) await ask(READER, `/${room}/join`);
  for (const [name, body] of TALK) await write(name, 'greenhouse', body);
  const author = { id_user: 'valve-3', name: 'Valve 3' };
  await app.parts.messages.insert({ room: 'greenhouse', body: 'open, 2.4 l/min', author, kind: 'bot' });
  await write(READER, 'greenhouse', LAST);
  await Promise.all(PRESENT.map(([name, room]) => enter(name, room)));
  // Read before the pictures, so that they do not show the line above unread messages.
  const page = await enter(READER, 'greenhouse');
  await page.locator('#newer').click();
  await page.waitForFunction(
    `fetch('/api/rooms/greenhouse').then((answer) => answer.json()).then(({ unread }) => unread === 0)`,
  );
  await page.close();
  for (const [name, room, body] of ELSEWHERE) await write(name, room, body);
  return {
    url: app.url,
    browser,
    reader: await (await personOf(READER)).storageState(),
    personOf,
    write,
    close: async () => {
      await browser.close();
      await app.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
