import pug from 'pug';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
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
