import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { ChatClient } from 'changeroom-client';
import { upload } from 'changeroom-client/upload';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { closeContexts, sharedBrowser } from '../support/browser.js';
import { skipWithout } from '../support/programs.js';
import { until } from '../support/until.js';

const EXAMPLES = 'packages/client/examples';
const BUNDLE = 'packages/client/dist/browser/changeroom-client.js';

let app: TestApp;
let client: ChatClient;

beforeAll(async () => {
  app = await startTestApp();
  client = new ChatClient({ url: app.url });
  client.connect();
});

afterAll(async () => {
  client?.close();
  await app?.stop();
});

test('a file is uploaded with progress, and sent; an upload that is cancelled or refused rejects', async () => {
  const room = client.join('album');
  await until('the room is live', () => room.status === 'live');
  const parts: number[] = [];
  const content = new Blob([new Uint8Array(200_000)]);
  const onProgress = (part: number) => void parts.push(part);
  const file = await upload(client, 'album', content, { name: 'a.bin', alt: 'zeros', onProgress });
  expect(file).toMatchObject({ name: 'a.bin', size: 200_000, alt: 'zeros' });
  expect([parts.length > 1, parts.at(-1)]).toEqual([true, 1]);
  room.post('see', undefined, [{ ...file, alt: 'changed' }]);
  await until('the message', () => room.messages.some(({ files }) => files?.[0]?.alt === 'changed'));
  const controller = new AbortController();
  const cancelled = upload(client, 'album', content, {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('cancelled by the user')),
  });
  await expect(cancelled).rejects.toThrow('cancelled by the user');
  await expect(upload(client, 'album', new Blob([]))).rejects.toMatchObject({ code: 'bad-file' });
});

test.each([
  ['terminal.mjs', 40],
  ['page.html', 160],
])('the example %s has at most %d lines', (file, limit) => {
  expect(readFileSync(`${EXAMPLES}/${file}`, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(limit);
});

test('the example for Node prints the messages of a room, sends lines, and ends when they are delivered', async () => {
  const room = client.join('terminal');
  await until('the room is live', () => room.status === 'live');
  const hello = room.post('hello terminal');
  await until('the message is delivered', () => room.message(hello));
  const example = spawn(process.execPath, [`${EXAMPLES}/terminal.mjs`, app.url, 'terminal']);
  let output = '';
  example.stdout.on('data', (data) => {
    output += String(data);
  });
  const ended = once(example, 'exit');
  await until('the message is printed', () => output.includes(': hello terminal\n'));
  example.stdin.end('hello room\n');
  await until('the line is in the room', () => room.messages.some(({ body }) => body === 'hello room'));
  expect((await ended)[0]).toBe(0);
  expect(output).toContain(': hello room\n');
});

describe('the example page', skipWithout('chromium'), () => {
  test('the example page works on the origin of the server too', async () => {
    const browser = await sharedBrowser();
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      const files = { 'example.html': `${EXAMPLES}/page.html`, 'changeroom-client.js': BUNDLE };
      for (const [name, path] of Object.entries(files))
        await page.route(`${app.url}/${name}`, (route) => route.fulfill({ path }));
      const room = client.join('lobby');
      await until('the room is live', () => room.status === 'live');
      room.post('hello page');
      await page.goto(`${app.url}/example.html`);
      await page.getByRole('listitem').filter({ hasText: 'hello page' }).waitFor();
      await page.getByLabel('Message', { exact: true }).fill('hello <b>room</b>');
      await until('the page types', () => room.typing().length === 1);
      await page.getByLabel('Message', { exact: true }).press('Enter');
      await until('the message arrives', () =>
        room.messages.some(({ body }) => body === 'hello <b>room</b>'),
      );
      await page.getByRole('listitem').filter({ hasText: 'hello <b>room</b>' }).waitFor();
      await page.getByText('2 here').first().waitFor();
      expect(errors).toEqual([]);
    } finally {
      await closeContexts();
    }
  });
});
