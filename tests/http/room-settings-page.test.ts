import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { cookieOfGuest, jsonOf, post } from './client.js';

let app: TestApp;
let owner: string;
let name: string;
beforeAll(async () => {
  app = await startTestApp({ env: { LIMIT_MEMBERSHIPS: '0', LIMIT_ROOMS: '0' } });
  owner = await cookieOfGuest(app.url, 'Owner');
});
afterAll(() => app?.stop());
beforeEach(async () => {
  name = `room-${randomUUID()}`;
  await post(`${app.url}/api/rooms`, { name, topic: 'Plans', access: 'private' }, { cookie: owner });
});

const guest = () => cookieOfGuest(app.url, 'Guest');
const page = (path: string, cookie = owner) => fetch(`${app.url}${path}`, { headers: { cookie } });
const settings = (cookie = owner) => page(`/r/${name}?settings`, cookie);
const form = (path: string, fields: Record<string, string>, cookie = owner) =>
  fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
const change = (fields: Record<string, string>, cookie = owner) =>
  form(`/r/${name}?settings`, fields, cookie);
const room = async () => jsonOf(await page(`/api/rooms/${name}`));

async function createLink(fields: Record<string, string> = {}): Promise<string> {
  const html = await (await change({ action: 'invite', ...fields })).text();
  const [, path = ''] = /value="http:\/\/[^/"]+(\/i\/[\w-]+)"/.exec(html) ?? [];
  expect(path).not.toBe('');
  return path;
}

describe('the page of the settings of a room', () => {
  test('a form changes the settings, and keeps line breaks of the description', async () => {
    const fields = { topic: 'Fair', description: 'One\r\nTwo <b>', posting: 'moderators', archived: 'false' };
    const saved = await change({ action: 'settings', access: 'private', joining: 'self', ...fields });
    expect([saved.status, saved.headers.get('location')]).toEqual([303, `/r/${name}?settings&saved`]);
    expect(await room()).toMatchObject({ topic: 'Fair', description: 'One\nTwo <b>', posting: 'moderators' });
    const html = await (await settings()).text();
    expect(html).toContain('Two &lt;b&gt;');
    expect(html).toContain('value="moderators" checked');
  });

  test('a form that is refused is shown again with its error, in the language of the reader', async () => {
    const long = await change({ action: 'settings', topic: 'x'.repeat(300) });
    expect(long.status).toBe(400);
    expect(await long.text()).toContain('class="fault"');
    const german = await fetch(`${app.url}/r/${name}?settings`, {
      headers: { cookie: owner, 'accept-language': 'de' },
    });
    expect(await german.text()).toContain('Einladungen');
  });

  test('members read the description without forms, and strangers get no page', async () => {
    await change({ action: 'settings', description: 'All about it' });
    const cookie = await guest();
    await form(await createLink(), {}, cookie);
    const html = await (await settings(cookie)).text();
    expect(html).toContain('All about it');
    expect(html).not.toContain('name="topic"');
    expect((await settings(await guest())).status).toBe(404);
  });

  test('requests to join are accepted on the page', async () => {
    await change({ action: 'settings', access: 'members', joining: 'request' });
    const cookie = await guest();
    const { id_user } = await jsonOf(await page('/api/me', cookie));
    expect(await (await page(`/r/${name}`, cookie)).text()).toContain('Ask to join');
    expect((await form(`/r/${name}`, { action: 'request' }, cookie)).status).toBe(303);
    expect(await (await page(`/r/${name}`, cookie)).text()).toContain('You have asked to join');
    expect(await (await settings()).text()).toContain(id_user);
    expect((await change({ action: 'accept', id: id_user })).status).toBe(303);
    expect((await page(`/r/${name}`, cookie)).status).toBe(200);
  });

  test('the page of members has the actions that its reader may perform', async () => {
    const cookie = await guest();
    const { id_user } = await jsonOf(await page('/api/me', cookie));
    await form(await createLink(), {}, cookie);
    const members = async (of: string) => (await page(`/r/${name}?members`, of)).text();
    expect(await members(owner)).toContain('Make moderator');
    expect(await members(cookie)).not.toContain('value="remove"');
    const promoted = await change({ action: 'moderator', id: id_user, from: 'members' });
    expect(promoted.headers.get('location')).toBe(`/r/${name}?members`);
    expect(await members(owner)).toContain('Make member');
    expect((await change({ action: 'remove', id: id_user, from: 'members' })).status).toBe(303);
    expect((await page(`/r/${name}`, cookie)).status).toBe(404);
  });

  test('a room in which a reader cannot write has no field for a message', async () => {
    await change({ action: 'settings', posting: 'moderators', access: 'open' });
    const composer = async (of: string) =>
      /<form[^>]*id="composer"[^>]*>/.exec(await (await page(`/r/${name}`, of)).text())?.[0];
    expect(await composer(owner)).not.toContain('hidden');
    expect(await composer(await guest())).toContain('hidden');
  });
});

describe('the page of an invitation', () => {
  test('a request for the link shows the room and joins nothing; its form joins', async () => {
    const path = await createLink({ days: '2', uses: '1' });
    const cookie = await guest();
    const shown = await page(path, cookie);
    expect([shown.status, shown.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(await shown.text()).toContain(name);
    expect((await page(`/r/${name}`, cookie)).status).toBe(404);
    const joined = await form(path, {}, cookie);
    expect([joined.status, joined.headers.get('location')]).toEqual([303, `/r/${name}`]);
    expect((await page(`/r/${name}`, cookie)).status).toBe(200);
    const late = await form(path, {}, await guest());
    expect(late.status).toBe(404);
    expect(await late.text()).toContain('This invitation has ended');
  });

  test('a page of another site cannot make a visitor join', async () => {
    const path = await createLink();
    const answer = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { cookie: await guest(), origin: 'https://example.org' },
    });
    expect(answer.status).toBe(403);
  });
});
