import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { cookieOf, jsonOf, sendJson } from './client.js';

let app: TestApp;
let me: string;
beforeAll(async () => {
  app = await startTestApp();
  me = `${app.url}/api/me`;
});
afterAll(() => app.stop());

describe('who I am', () => {
  it('is a new guest where nobody has been yet, and the same one from then on', async () => {
    const first = await fetch(me);
    const guest = await jsonOf(first);
    expect(guest).toEqual({ id_user: expect.any(String), name: expect.stringMatching(/^Guest \d{4}$/) });
    const again = await fetch(me, { headers: { cookie: cookieOf(first) } });
    expect(await jsonOf(again)).toEqual(guest);
    expect(again.headers.getSetCookie()).toEqual([]);
  });

  it('keeps the id when the name changes', async () => {
    const first = await fetch(me);
    const { id_user } = await jsonOf(first);
    const renamed = await sendJson(me, 'PUT', { name: '  Ada ' }, { cookie: cookieOf(first) });
    expect(await jsonOf(renamed)).toEqual({ id_user, name: 'Ada' });
    const again = await fetch(me, { headers: { cookie: cookieOf(renamed) } });
    expect(await jsonOf(again)).toEqual({ id_user, name: 'Ada' });
  });

  it('can be said as plain text or as a form', async () => {
    const form = await fetch(me, { method: 'PUT', body: new URLSearchParams({ name: 'Ada & Bob' }) });
    expect(await jsonOf(form)).toMatchObject({ name: 'Ada & Bob' });
    const text = await fetch(me, { method: 'PUT', body: 'Zoë' });
    expect(await jsonOf(text)).toMatchObject({ name: 'Zoë' });
  });

  it.each([{}, { name: '' }, { name: 7 }, { name: 'n'.repeat(41) }, { name: 'a\nb' }])(
    'is not changed to a name that cannot be used: %j',
    async (body) => {
      const response = await sendJson(me, 'PUT', body);
      expect(response.status).toBe(400);
      expect(await jsonOf(response)).toMatchObject({ code: 'bad-name', field: 'name' });
      expect(response.headers.getSetCookie()).toEqual([]);
    },
  );

  it('is not kept by caches', async () => {
    expect((await fetch(me)).headers.get('cache-control')).toBe('no-store');
  });

  it('travels over https alone where a proxy says that the browser came by https', async () => {
    const response = await fetch(me, { headers: { 'x-forwarded-proto': 'https' } });
    expect(response.headers.getSetCookie()[0]).toContain('; Secure');
  });
});
