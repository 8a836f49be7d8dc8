import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { jsonOf, post } from './client.js';
import { EventReader } from './event-reader.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  for (let i = 0; i < 100; i += 1)
    await post(`${app.url}/api/rooms/full/messages`, { body: `Message ${i} of a conversation about lunch` });
});
afterAll(() => app.stop());

/** A response as it is on the wire; `fetch` decompresses it. */
async function onTheWire(
  path: string,
  acceptEncoding: string,
): Promise<{ head: IncomingMessage; bytes: Buffer }> {
  const head = await new Promise<IncomingMessage>((resolve, reject) => {
    get(app.url + path, { headers: { 'accept-encoding': acceptEncoding } }, resolve).on('error', reject);
  });
  return { head, bytes: await buffer(head) };
}

const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync };

async function addressOf(asset: 'script' | 'style'): Promise<string> {
  const html = await (await fetch(app.url)).text();
  // The entry of the script imports a file that has nearly all of it.
  const pattern =
    asset === 'script' ? /rel="modulepreload" href="(\/static\/[^"]+\.js)"/ : /href="(\/static\/[^"]+\.css)"/;
  return pattern.exec(html)?.[1] ?? '';
}

describe.each(['br', 'gzip'] as const)('with Accept-Encoding: %s', (encoding) => {
  test(`pages, JSON, scripts and styles are compressed with ${encoding}`, async () => {
    const paths = ['/r/full', '/api/openapi.json', await addressOf('script'), await addressOf('style')];
    for (const path of paths) {
      const plain = await onTheWire(path, 'identity');
      const { head, bytes } = await onTheWire(path, encoding);
      expect([path, head.headers['content-encoding'], head.headers.vary]).toEqual([
        path,
        encoding,
        expect.stringContaining('Accept-Encoding'),
      ]);
      expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
      const decoded = DECODERS[encoding](bytes);
      if (path.startsWith('/r/')) expect(decoded.toString()).toContain('Message 99 of a conversation');
      else expect(decoded.equals(plain.bytes)).toBe(true);
    }
  });
});

test('a browser that prefers neither encoding receives brotli', async () => {
  for (const path of ['/r/full', await addressOf('script')]) {
    const { head } = await onTheWire(path, 'gzip, deflate, br, zstd');
    expect([path, head.headers['content-encoding']]).toEqual([path, 'br']);
  }
});

test('compressed assets keep their type and are cached for a year', async () => {
  const { head } = await onTheWire(await addressOf('style'), 'br');
  expect(head.headers['content-type']).toMatch('text/css');
  expect(head.headers['cache-control']).toBe('public, max-age=31536000, immutable');
});

test('short responses are not compressed', async () => {
  const { head, bytes } = await onTheWire('/api/me', 'br');
  expect(head.headers['content-encoding']).toBeUndefined();
  expect(JSON.parse(bytes.toString())).toHaveProperty('id_user');
});

test('event streams are not compressed, and their events arrive one by one', async () => {
  const events = new EventReader(`${app.url}/api/rooms/streamed/events`, { 'accept-encoding': 'br, gzip' });
  await expect.poll(() => events.response?.headers['content-type']).toMatch('text/event-stream');
  expect(events.response?.headers['content-encoding']).toBeUndefined();
  const posted = await post(`${app.url}/api/rooms/streamed/messages`, { body: 'first' });
  const { id } = await jsonOf(posted);
  await expect.poll(() => events.text).toContain(id);
  events.close();
});

/** Bytes of a first visit to a room with 100 messages: page, script and styles. A larger value needs a reason. */
const MAX_VISIT_BYTES = 75_000;

test(`a first visit to a room with 100 messages takes less than ${MAX_VISIT_BYTES} bytes`, async () => {
  const sizes: Record<string, number> = {};
  for (const path of ['/r/full', await addressOf('script'), await addressOf('style')])
    sizes[path] = (await onTheWire(path, 'br')).bytes.length;
  console.log('bytes of a first visit:', sizes);
  const total = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
  expect(total).toBeGreaterThan(20_000);
  expect(total).toBeLessThan(MAX_VISIT_BYTES);
});
