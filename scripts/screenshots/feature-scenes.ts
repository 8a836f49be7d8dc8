import type { Page } from 'playwright-core';
import type { Scene } from './camera.js';
import { writeRichTalk } from './rich-talk.js';

const DESKTOP = { width: 1280, height: 800, path: '/r/greenhouse', prepare: writeRichTalk } as const;
const PHONE = { ...DESKTOP, width: 390, height: 844, isPhone: true } as const;
const LIGHT = { ...DESKTOP, colorScheme: 'light' } as const;
const DARK = { ...DESKTOP, colorScheme: 'dark' } as const;

const press = (keys: string) => (page: Page) => page.keyboard.press(keys);

const write = (text: string) => async (page: Page) => {
  await page.locator('#body').pressSequentially(text);
  await page.locator('#completions li').first().waitFor();
};

const pointAtLast = async (page: Page) => {
  await page
    .locator('.message:has(.image)')
    .last()
    .click({ position: { x: 200, y: 12 } });
};

const openPicker = async (page: Page) => {
  await page.click('#emoji');
  await page.locator('.emoji-grid button').first().waitFor();
};

const chooseReply = async (page: Page) => {
  await pointAtLast(page);
  await page.locator('[data-action="reply"]').first().click();
  await page.locator('#reply').waitFor();
};

const openSwitcher = async (page: Page) => {
  await page.keyboard.press('Control+k');
  await page.locator('.switcher li').first().waitFor();
};

const search = (text: string) => async (page: Page) => {
  await page.keyboard.press('Control+Shift+F');
  await page.fill('#search-text', text);
  await page.locator('.result').first().waitFor();
};

/** One file is stored, one is still uploaded, and one is too large. */
const attachFiles = async (page: Page) => {
  await page.route(/files\?name=slow/, () => undefined);
  const files = ['notes.txt', 'slow-film.mp4'].map((name) => ({
    name,
    mimeType: 'text/plain',
    buffer: Buffer.from('bed 3'),
  }));
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('#attach')]);
  await chooser.setFiles(files);
  await page.locator('.attachment').nth(1).waitFor();
  await page.locator('.attachment progress').nth(1).waitFor({ state: 'detached' });
};

/** Pictures of what messages carry, and of the panels of the page. */
export const FEATURE_SCENES: readonly Scene[] = [
  { ...LIGHT, name: 'rich' },
  { ...DARK, name: 'rich-dark' },
  { ...PHONE, name: 'rich-phone', colorScheme: 'light' },
  { ...PHONE, name: 'rich-phone-dark', colorScheme: 'dark' },
  { ...LIGHT, name: 'action-bar', arrange: (page) => page.locator('.message').last().focus() },
  { ...PHONE, name: 'action-bar-phone', colorScheme: 'light', arrange: pointAtLast },
  { ...LIGHT, name: 'emoji-picker', arrange: openPicker },
  { ...PHONE, name: 'emoji-picker-phone', colorScheme: 'dark', arrange: openPicker },
  { ...LIGHT, name: 'mention-completion', arrange: write('hello @') },
  { ...PHONE, name: 'mention-completion-phone', colorScheme: 'light', arrange: write('hello @') },
  { ...DARK, name: 'emoji-completion', arrange: write('well :sm') },
  { ...LIGHT, name: 'reply-bar', arrange: chooseReply },
  { ...PHONE, name: 'reply-bar-phone', colorScheme: 'dark', arrange: chooseReply },
  { ...LIGHT, name: 'attachments', arrange: attachFiles },
  { ...PHONE, name: 'attachments-phone', colorScheme: 'light', arrange: attachFiles },
  { ...LIGHT, name: 'switcher', arrange: openSwitcher },
  { ...PHONE, name: 'switcher-phone', colorScheme: 'dark', arrange: openSwitcher },
  { ...LIGHT, name: 'help', arrange: press('Control+/') },
  { ...LIGHT, name: 'pinned', path: '/r/greenhouse?pinned', waitsFor: '#pinned' },
  { ...LIGHT, name: 'mentions', path: '/mentions', waitsFor: '#mentions' },
  { ...PHONE, name: 'mentions-phone', colorScheme: 'dark', path: '/mentions', waitsFor: '#mentions' },
  { ...LIGHT, name: 'search-panel', arrange: search('bed') },
  { ...DARK, name: 'search-panel-dark', width: 1440, arrange: search('bed') },
  { ...PHONE, name: 'search-panel-phone', colorScheme: 'light', arrange: search('bed') },
  { ...LIGHT, name: 'rich-search', path: '/search?q=bed', waitsFor: '.result' },
  { ...PHONE, name: 'live-view-phone', colorScheme: 'light', path: '/view?q=bed', waitsFor: '.result' },
  { ...PHONE, name: 'settings-phone', colorScheme: 'dark', path: '/settings', waitsFor: '.setting' },
  { ...LIGHT, name: 'german', locale: 'de-AT' },
  { ...PHONE, name: 'german-phone', colorScheme: 'light', locale: 'de-AT' },
  { ...LIGHT, name: 'german-search', path: '/search?q=bed', waitsFor: '.result', locale: 'de-AT' },
  { ...LIGHT, name: 'german-settings', path: '/settings', waitsFor: '.setting', locale: 'de-AT' },
  { ...LIGHT, name: 'rich-without-javascript', hasScripts: false },
  { ...PHONE, name: 'rich-without-javascript-phone', colorScheme: 'light', hasScripts: false },
];
