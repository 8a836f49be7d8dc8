import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { cookieOf, jsonOf, sendJson } from './client.js';

let app: TestApp;
let me: string;
beforeAll(async () => {
  app = await startTestApp();
  me = `${app.url}/api/me`;
});
afterAll(() => app.stop());

describe('/api/me', () => {
  test('/api/me creates a guest once and then recognises it by its cookie', async () => {
    const first = await fetch(me);
    const guest = await jsonOf(first);
    expect(guest).toEqual({ id_user: expect.any(String), name: expect.stringMatching(/^Guest \d{4}$/) });
    const again = await fetch(me, { headers: { cookie: cookieOf(first) } });
    expect(await jsonOf(again)).toEqual(guest);
    expect(again.headers.getSetCookie()).toEqual([]);
  });

  test('the id of a user stays the same when the name changes', async () => {
    const first = await fetch(me);
    const { id_user } = await jsonOf(first);
    const renamed = await sendJson(me, 'PUT', { name: '  Ada ' }, { cookie: cookieOf(first) });
    expect(await jsonOf(renamed)).toEqual({ id_user, name: 'Ada' });
    const again = await fetch(me, { headers: { cookie: cookieOf(renamed) } });
    expect(await jsonOf(again)).toEqual({ id_user, name: 'Ada' });
  });

  test('a name can be sent as plain text or as a form', async () => {
    const form = await fetch(me, { method: 'PUT', body: new URLSearchParams({ name: 'Ada & Bob' }) });
    expect(await jsonOf(form)).toMatchObject({ name: 'Ada & Bob' });
    const text = await fetch(me, { method: 'PUT', body: 'Zoë' });
    expect(await jsonOf(text)).toMatchObject({ name: 'Zoë' });
  });

  test.each([{}, { name: '' }, { name: 7 }, { name: 'n'.repeat(41) }, { name: 'a\nb' }])(
    'an invalid name is refused: %j',
    async (body) => {
      const response = await sendJson(me, 'PUT', body);
      expect(response.status).toBe(400);
      expect(await jsonOf(response)).toMatchObject({ code: 'bad-name', field: 'name' });
      expect(response.headers.getSetCookie()).toEqual([]);
    },
  );

  test('/api/me is not cached', async () => {
    expect((await fetch(me)).headers.get('cache-control')).toBe('no-store');
  });

  test('the guest cookie is secure when a trusted proxy reports https', async () => {
    const response = await fetch(me, { headers: { 'x-forwarded-proto': 'https' } });
    expect(response.headers.getSetCookie()[0]).toContain('; Secure');
  });
});
