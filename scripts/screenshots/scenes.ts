import type { Page } from 'playwright-core';
import type { Scene } from './camera.js';
import type { Community } from './community.js';
import { FEATURE_SCENES } from './feature-scenes.js';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844, isPhone: true };
const CODE = [
  'Here is the query for the dashboard, *per hour* and **without** the broken sensor:',
  '```js',
  "r.table('readings')",
  "  .filter((row) => row('bed').eq(3).and(row('sensor').ne('s-17')))",
  "  .group(r.row('at').hours())",
  "  .avg('moisture'); // percent",
  '```',
  'Call it with `--from today`. Then:',
  '- compare with yesterday',
  '- send the difference to Linus',
].join('\n');
const LONG = Array.from({ length: 60 }, (_, i) => `${i}: bed ${i % 4}, ${18 + (i % 7)} %`).join('\n');

let isCodeWritten = false;

/** Code, a quote and a list, once for all scenes. */
async function writeCode({ write }: Community): Promise<void> {
  if (isCodeWritten) return;
  isCodeWritten = true;
  await write('Ada', 'greenhouse', CODE);
  await write(
    'Linus',
    'greenhouse',
    '> send the difference to Linus\nI have it. ~~Yesterday~~ Sunday was dry.',
  );
}

const people = async (page: Page) => {
  await page.locator('.room-users').nth(2).waitFor({ state: 'attached' });
};

const scrolledTo = (text: string) => async (page: Page) => {
  await page.getByText(text).last().scrollIntoViewIfNeeded();
};

/** The density is stored and applies to all pages of the reader: this scene is the last one. */
async function makeCompact(page: Page): Promise<void> {
  const { origin } = new URL(page.url());
  await page.request.patch(`${origin}/api/me/settings`, { data: { density: 'compact' } });
  await page.waitForSelector('html[data-density="compact"]');
}

/** The pictures of the page that a person looks at after a change of its look. */
export const SCENES: readonly Scene[] = [
  { ...DESKTOP, name: 'room', colorScheme: 'light', path: '/r/greenhouse', arrange: people },
  { ...DESKTOP, name: 'room-dark', colorScheme: 'dark', path: '/r/greenhouse', arrange: people },
  { ...PHONE, name: 'phone', colorScheme: 'light', path: '/r/greenhouse' },
  { ...PHONE, name: 'phone-dark', colorScheme: 'dark', path: '/r/greenhouse' },
  {
    ...PHONE,
    name: 'phone-rooms',
    colorScheme: 'light',
    path: '/r/greenhouse',
    arrange: (page) => page.click('.menu'),
  },
  { ...DESKTOP, name: 'code', colorScheme: 'light', path: '/r/greenhouse', prepare: writeCode },
  { ...DESKTOP, name: 'code-dark', colorScheme: 'dark', path: '/r/greenhouse', prepare: writeCode },
  { ...PHONE, name: 'code-phone', colorScheme: 'light', path: '/r/greenhouse', prepare: writeCode },
  {
    ...DESKTOP,
    name: 'long-message',
    colorScheme: 'light',
    path: '/r/bees',
    prepare: async ({ write }) => {
      await write('Linus', 'bees', LONG);
      await write('Grace', 'bees', 'Thanks!');
    },
    arrange: scrolledTo('Thanks!'),
  },
  {
    ...DESKTOP,
    name: 'people',
    colorScheme: 'light',
    path: '/r/greenhouse',
    arrange: (page) => page.click('#people-button'),
  },
  {
    ...DESKTOP,
    name: 'actions',
    colorScheme: 'light',
    path: '/r/greenhouse',
    arrange: (page) => page.locator('.message.own').last().focus(),
  },
  { ...DESKTOP, name: 'empty-room', colorScheme: 'light', path: '/r/orchard' },
  {
    ...DESKTOP,
    name: 'new-room',
    colorScheme: 'light',
    path: '/r/greenhouse',
    arrange: (page) => page.click('text=New room'),
  },
  {
    ...DESKTOP,
    name: 'settings',
    colorScheme: 'light',
    path: '/r/greenhouse',
    arrange: async (page) => {
      await page.click('#settings-link');
      await page.locator('#settings input').first().waitFor();
    },
  },
  { ...DESKTOP, name: 'search', colorScheme: 'light', path: '/search?q=valve', waitsFor: '.result' },
  { ...PHONE, name: 'search-phone', colorScheme: 'dark', path: '/search?q=valve', waitsFor: '.result' },
  { ...DESKTOP, name: 'live-view', colorScheme: 'light', path: '/view?q=bed', waitsFor: '.result' },
  { ...DESKTOP, name: 'members-only', colorScheme: 'light', path: '/r/tool%20shed', hasScripts: false },
  { ...DESKTOP, name: 'without-javascript', colorScheme: 'light', path: '/r/greenhouse', hasScripts: false },
  {
    ...PHONE,
    name: 'without-javascript-phone',
    colorScheme: 'dark',
    path: '/r/greenhouse',
    hasScripts: false,
  },
  ...FEATURE_SCENES,
  { ...DESKTOP, name: 'compact', colorScheme: 'light', path: '/r/greenhouse', arrange: makeCompact },
];
