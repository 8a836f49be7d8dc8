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

interface Manifest {
  icons: { src: string; sizes: string; purpose?: string }[];
  id: string;
  scope: string;
  lang: string;
  shortcuts: { name: string }[];
}

/** The manifest that the page links for a reader of a language. */
async function manifestFor(language: string): Promise<Manifest> {
  const page = await (await fetch(app.url, { headers: { 'accept-language': language } })).text();
  const href = /<link rel="manifest" href="([^"]+)"/.exec(page)?.[1] ?? '';
  const response = await fetch(new URL(href, app.url));
  expect(response.headers.get('content-type')).toContain('application/manifest+json');
  return (await response.json()) as Manifest;
}

test('the manifest is in the language of the page', async () => {
  app = await startTestApp();
  const [german, english] = [await manifestFor('de'), await manifestFor('fr')];
  expect(german).toMatchObject({ lang: 'de', id: english.id });
  expect(german.shortcuts.map(({ name }) => name)).toEqual(['Neuer Raum', 'Einstellungen']);
  expect(english.shortcuts.map(({ name }) => name)).toEqual(['New room', 'Settings']);
  const unknown = await fetch(`${app.url}/icons/changeroom.webmanifest?lang=__proto__`);
  expect(await unknown.json()).toMatchObject({ lang: 'en' });
});

test('the manifest names icons that exist', async () => {
  app = await startTestApp();
  const { icons, id, scope } = await manifestFor('en');
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
