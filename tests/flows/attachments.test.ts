import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { violations } from '../support/axe.js';
import { closeContexts, sharedBrowser, visit } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

const KILOBYTE = 1024;
const NARROW_BYTES_PER_SECOND = 300 * KILOBYTE;

describe('files in the page', skipWithout('chromium'), () => {
  let app: TestApp;
  let browser: Browser;
  let picture: Buffer;

  beforeAll(async () => {
    [app, browser, picture] = await Promise.all([
      startTestApp(),
      sharedBrowser(),
      sharp({ create: { width: 900, height: 600, channels: 3, background: 'teal' } })
        .png()
        .toBuffer(),
    ]);
  });

  afterAll(async () => {
    await closeContexts();
    await app?.stop();
  });

  /** Dispatches an event with a file, as a paste or a drop does. */
  const bring = (page: Page, type: 'paste' | 'drop', name: string) =>
    page.evaluate(`(() => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob('${picture.toString('base64')}'), (one) => one.charCodeAt(0));
      data.items.add(new File([bytes], '${name}', { type: 'image/png' }));
      const options = { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data };
      const event = new (${type === 'paste' ? 'ClipboardEvent' : 'DragEvent'})('${type}', options);
      document.querySelector('${type === 'paste' ? '#body' : '#log'}').dispatchEvent(event);
      return event.defaultPrevented;
    })()`);
  const focused = (page: Page, property: string) => page.evaluate(`document.activeElement?.${property}`);
  const attached = (page: Page) => page.locator('.attachment .file-name').allInnerTexts();
  const isStored = (page: Page, count: number) =>
    until(`${count} files are stored`, async () => {
      const sizes = await page.locator('.attachment .file-size').allInnerTexts();
      return sizes.length === count && sizes.every((size) => /\d/.test(size));
    });
  /** Names of the stored files of a room, and of those that are being uploaded. */
  async function filesOf(room: string): Promise<string[]> {
    const names = r.table('files').getAll(room, { index: 'room' })('name').coerceTo('array');
    return ((await names.run(await app.database.connect())) as string[]).toSorted();
  }

  test('files are chosen, pasted and dropped by keyboard and pointer, cancelled, described, kept over a reload, and sent', async () => {
    const url = `${app.url}/r/studio`;
    const [ann, bob] = await Promise.all([visit(browser, url), visit(browser, url)]);
    const { page } = ann;
    const network = await ann.context.newCDPSession(page);
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: NARROW_BYTES_PER_SECOND,
    });

    const attach = page.locator('#attach');
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), attach.press('Enter')]);
    const film = { name: 'film.bin', mimeType: 'video/mp4', buffer: Buffer.alloc(3000 * KILOBYTE, 7) };
    await chooser.setFiles([film, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hi') }]);
    await until('progress is shown', async () => {
      const bar = page.getByRole('progressbar', { name: 'Uploading film.bin' });
      const value = Number(await bar.getAttribute('value'));
      return value > 0 && value < 1;
    });
    expect(await page.locator('#send').isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Remove film.bin' }).press('Enter');
    expect(await focused(page, 'ariaLabel')).toBe('Remove notes.txt');
    await until('the upload has left nothing', async () => `${await filesOf('studio')}` === 'notes.txt');
    await network.detach();

    expect(await bring(page, 'paste', 'pasted.png')).toBe(true);
    expect(await bring(page, 'drop', 'dropped.png')).toBe(true);
    await isStored(page, 3);
    expect(await attached(page)).toEqual(['notes.txt', 'pasted.png', 'dropped.png']);
    await page.getByRole('button', { name: 'Add a description' }).first().press('Enter');
    await page.keyboard.type('A teal square');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.keyboard.type('all of it');

    // A file that is removed in between is not restored.
    await page.getByRole('button', { name: 'Remove notes.txt' }).click();
    const database = await app.database.connect();
    await page.close();
    await r.table('files').filter({ name: 'dropped.png' }).delete().run(database);
    const again = await ann.context.newPage();
    await again.goto(url);
    await until('the draft is restored', async () => `${await attached(again)}` === 'pasted.png');
    expect(await again.inputValue('#body')).toBe('all of it');
    await again.locator('#body').press('Enter');
    await bob.page.locator('img[alt="A teal square"]').waitFor();
    expect(await attached(again)).toEqual([]);
    await Promise.all([ann.context.close(), bob.context.close()]);
    expect([...ann.complaints, ...bob.complaints]).toEqual([]);
  });

  test('an image opens above the page by keyboard, with arrow keys, a download and the way back', async () => {
    const { page, context, complaints } = await visit(browser, `${app.url}/r/gallery`);
    for (const [name, alt] of [
      ['one.png', 'The first'],
      ['two.png', ''],
    ] as const) {
      const path = `${app.url}/api/rooms/gallery/files?name=${name}&alt=${encodeURIComponent(alt)}`;
      const headers = { 'content-type': 'application/octet-stream' };
      const file = await (await context.request.post(path, { data: picture, headers })).json();
      await context.request.post(`${app.url}/api/rooms/gallery/messages`, { data: { files: [file] } });
    }
    const link = page.locator('a.image').nth(1);
    await link.focus();
    await page.keyboard.press('Enter');
    const box = page.getByRole('dialog', { name: 'Image' });
    const shown = () => box.locator('img').getAttribute('alt');
    await box.waitFor();
    expect(await shown()).toBe('two.png');
    await page.keyboard.press('ArrowRight');
    expect(await shown()).toBe('two.png');
    await page.keyboard.press('ArrowLeft');
    expect(await shown()).toBe('The first');
    await box.getByText('1 of 2').waitFor();
    await until('the image is loaded', () =>
      page.evaluate(`document.querySelector('.lightbox img').naturalWidth === 900`),
    );
    expect(await violations(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      box.getByRole('link', { name: 'Download' }).press('Enter'),
    ]);
    expect(download.suggestedFilename()).toBe('one.png');
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
    expect(await focused(page, 'href')).toBe(app.url + (await link.getAttribute('href')));
    await context.close();
    expect(complaints).toEqual([]);
  });

  test('the listeners of a composer are removed with its room', async () => {
    const { page, context } = await visit(browser, `${app.url}/r/first`);
    const client = await context.newCDPSession(page);
    const listeners = async () => {
      const { result } = await client.send('Runtime.evaluate', { expression: 'document.body' });
      const { listeners } = await client.send('DOMDebugger.getEventListeners', {
        objectId: result.objectId!,
      });
      return listeners.filter(({ type }) => type === 'drop').length;
    };
    expect(await listeners()).toBe(1);
    const shown: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      await page.evaluate(`(() => {
        const link = Object.assign(document.createElement('a'), { href: '/r/room-${i}' });
        document.body.append(link);
        link.click();
        link.remove();
      })()`);
      await page.locator(`#body[placeholder="Message #room-${i}"]`).waitFor();
      shown.push(await listeners());
    }
    // The shown room, and the four that are kept.
    expect(Math.max(...shown)).toBe(5);
    await context.close();
  });
});
