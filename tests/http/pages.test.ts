import pug from 'pug';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { LIMITS } from '../../server/protocol/message.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { cookieOf } from './client.js';

describe('pages while the database is unavailable', () => {
  let app: TestApp;
  let database: TestDatabase;

  beforeEach(async () => {
    database = await openDatabase();
    app = await startTestApp({ database });
    await database.stop();
  });

  afterEach(() => app.stop());

  test('a page is shown without messages and with the reason while the database is unavailable', async () => {
    const response = await fetch(app.url);
    expect(response.status).toBe(503);
    const html = await response.text();
    expect(html).toContain('The database is unavailable.');
    expect(html).toContain('name="body"');
  });

  test('a page keeps the text and the id of a message that could not be stored', async () => {
    const id = '01a1fbfa-4b4e-73b0-b46f-b602a0962e2f';
    const cookie = cookieOf(await fetch(app.url));
    const body = new URLSearchParams({ id, body: 'kept <b>' });
    const response = await fetch(`${app.url}/r/x`, { method: 'POST', body, headers: { cookie } });
    expect(response.status).toBe(503);
    const html = await response.text();
    expect(html).toContain('kept &lt;b&gt;</textarea>');
    expect(html).toContain(`value="${id}"`);
  });
});

test('templates are compiled once, even without NODE_ENV=production', async () => {
  const app = await startTestApp();
  await fetch(app.url);
  const compile = vi.spyOn(pug, 'compile');
  expect((await fetch(app.url)).status).toBe(200);
  expect(compile).not.toHaveBeenCalled();
  compile.mockRestore();
  await app.stop();
});

describe('the language of pages', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  async function page(path: string, language: string, init: RequestInit = {}) {
    const headers = { accept: 'text/html', 'accept-language': language, ...init.headers };
    const response = await fetch(app.url + path, { ...init, headers });
    return { response, html: await response.text() };
  }

  test('a page is in the language that the browser prefers', async () => {
    const pages = ['de-AT,de;q=0.9,en;q=0.5', 'en-US', 'fr', 'de'].map((language) =>
      page('/r/sprachen', language),
    );
    const [austrian, english, french, german] = await Promise.all(pages);
    expect(english?.html).toContain('<html lang="en">');
    expect(english?.html).toContain('Skip to writing');
    expect(french?.html).toContain('<html lang="en">');
    for (const one of [austrian, german]) {
      expect(one?.html).toContain('<html lang="de">');
      expect(one?.html).toContain('Zum Schreiben springen');
      expect(one?.html).toMatch(/<script type="module" src="\/static\/page-de-/);
      expect(one?.response.headers.get('vary')).toMatch(/accept-language/i);
    }
  });

  test.each([
    ['/r/sprachen?members', 'Diesem Raum folgt noch niemand.'],
    ['/r/sprachen?log', 'Neue Nachrichten erscheinen alle 20 Sekunden.'],
    ['/rooms/new', 'Worum geht es?'],
    ['/no/such/page', 'Unter dieser Adresse gibt es keine Seite.'],
    ['/r/%00', 'enthält unzulässige Zeichen'],
  ])('%s is shown in German', async (path, text) => {
    const { html } = await page(path, 'de');
    expect(html).toContain(text);
    expect(html).toContain('<html lang="de">');
  });

  test('a form that is refused explains the reason in German, and the API in English', async () => {
    const body = new URLSearchParams({ body: 'x'.repeat(LIMITS.body + 1) });
    const { html } = await page('/r/sprachen', 'de', { method: 'POST', body });
    expect(html).toContain('Die Nachricht darf höchstens');
    const { response, html: problem } = await page('/api/rooms/%00', 'de');
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(JSON.parse(problem)).toMatchObject({ code: 'bad-room', title: 'Invalid room name' });
  });
});
