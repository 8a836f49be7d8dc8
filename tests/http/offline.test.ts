import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';

let app: TestApp;
afterEach(() => app.stop());

test('browsers ask for the service worker at each visit, and may let it handle all pages', async () => {
  app = await startTestApp();
  const response = await fetch(`${app.url}/service-worker.js`);
  expect(response.headers.get('content-type')).toContain('javascript');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(response.headers.get('content-security-policy')).toContain("worker-src 'self'");
  expect(await response.text()).toContain('changeroom-assets');
  const offline = await (await fetch(`${app.url}/offline`, { headers: { 'accept-language': 'de' } })).text();
  expect(offline).toContain('Du bist offline.');
  expect(offline).toMatch(/src="\/static\/offline-de-/);
});

test('with SERVICE_WORKER=false the worker removes itself and what it has stored', async () => {
  app = await startTestApp({ env: { SERVICE_WORKER: 'false' } });
  const worker = await (await fetch(`${app.url}/service-worker.js`)).text();
  expect(worker).toContain('registration.unregister()');
});

test('the manifest names icons that exist', async () => {
  app = await startTestApp();
  const { icons, id, scope } = JSON.parse(readFileSync('static/icons/changeroom.webmanifest', 'utf8')) as {
    icons: { src: string; sizes: string; purpose?: string }[];
    id: string;
    scope: string;
  };
  expect({ id, scope }).toEqual({ id: '/', scope: '/' });
  for (const { src, sizes } of icons) {
    const response = await fetch(app.url + src);
    expect(response.status).toBe(200);
    const bytes = Buffer.from(await response.arrayBuffer());
    // Width and height of a PNG file.
    if (src.endsWith('.png')) expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
  }
  expect(icons.map(({ purpose }) => purpose)).toContain('maskable');
});
