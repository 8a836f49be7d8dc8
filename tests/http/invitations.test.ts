import { randomUUID } from 'node:crypto';
import rethinkdb from 'rethinkdb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { until } from '../support/until.js';
import { cookieOfGuest, jsonOf, post, sendJson } from './client.js';

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
let driver: rethinkdb.Connection;
let owner: string;
let name: string;
beforeAll(async () => {
  const env = { LIMIT_MEMBERSHIPS: '0', LIMIT_ROOMS: '0', SESSION_SECRET: 'a secret of two processes' };
  app = await startTestApp({ env });
  other = await startTestApp({ env, database: app.database });
  driver = await app.database.connect();
  owner = await cookieOfGuest(app.url, 'Owner');
});
afterAll(async () => {
  await other?.stop();
  await app?.stop();
});
beforeEach(async () => {
  name = `room-${randomUUID()}`;
  await post(`${app.url}/api/rooms`, { name, topic: 'Plans', access: 'private' }, { cookie: owner });
});

const guest = () => cookieOfGuest(app.url, 'Guest');
const url = (rest = '') => `${app.url}/api/rooms/${name}${rest}`;
const get = (address: string, cookie: string) => fetch(address, { headers: { cookie } });
const invite = async (body: object = {}) => jsonOf(await post(url('/invitations'), body, { cookie: owner }));
const accept = (token: string, cookie: string, at = app) =>
  post(`${at.url}/api/invitations/${token}`, {}, { cookie });
const codeOf = async (response: Response) => (await jsonOf(response)).code;
const idOf = async (cookie: string) => (await jsonOf(await get(`${app.url}/api/me`, cookie))).id_user;

describe('invitations by a link', () => {
  test('a link shows the room, and lets its reader join, of which the creator sees the use', async () => {
    const { token, path, uses_left } = await invite();
    expect([path, uses_left]).toEqual([`/i/${token}`, null]);
    const cookie = await guest();
    expect((await get(url(), cookie)).status).toBe(404);
    const shown = await jsonOf(await get(`${app.url}/api/invitations/${token}`, cookie));
    expect(shown).toMatchObject({ room: { name, topic: 'Plans', access: 'private' }, by: 'Owner' });
    expect((await get(url(), cookie)).status).toBe(404);
    expect(await jsonOf(await accept(token, cookie))).toEqual({ room: name, joined: true });
    expect((await accept(token, cookie)).status).toBe(200);
    expect((await get(url('/messages'), cookie)).status).toBe(200);
    const [listed] = await jsonOf(await get(url('/invitations'), owner));
    expect(listed).toMatchObject({ uses: 1, uses_left: null });
    expect(JSON.stringify(listed)).not.toContain(token);
  });

  test('of twenty users of two processes, as many join as the link allows', async () => {
    const { token } = await invite({ uses: 3 });
    const guests = await Promise.all(Array.from({ length: 20 }, guest));
    const statuses = await Promise.all(
      guests.map(async (cookie, i) => (await accept(token, cookie, i % 2 ? app : other)).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 404)).toHaveLength(17);
    expect(await jsonOf(await get(url('/members'), owner))).toHaveLength(4);
  });

  test('a revoked, an expired and an unknown link are refused alike', async () => {
    const [revoked, expired, deleted] = [await invite(), await invite(), await invite()];
    const revoking = { method: 'DELETE', headers: { cookie: owner } };
    expect((await fetch(url(`/invitations/${revoked.id}`), revoking)).status).toBe(204);
    expect((await fetch(url(`/invitations/${revoked.id}`), revoking)).status).toBe(404);
    await rethinkdb
      .table('invitations')
      .get(expired.id)
      .update({ expires: rethinkdb.now().sub(1) })
      .run(driver);
    await rethinkdb.table('invitations').get(deleted.id).delete().run(driver);
    const cookie = await guest();
    for (const token of [revoked.token, expired.token, deleted.token, 'unknown', 'x'.repeat(5_000)]) {
      expect(await codeOf(await accept(token, cookie))).toBe('no-such-invitation');
      expect((await get(`${app.url}/api/invitations/${token}`, cookie)).status).toBe(404);
    }
    expect(await jsonOf(await get(url('/invitations'), owner))).toEqual([]);
  });

  test('the id of an invitation, which moderators see, does not open the room', async () => {
    const { id } = await invite();
    const cookie = await guest();
    expect((await accept(id, cookie)).status).toBe(404);
    expect((await post(`${app.url}/api/me/invitations/${id}`, {}, { cookie })).status).toBe(404);
  });

  test('a room has at most 50 open invitations', async () => {
    const rows = Array.from({ length: 50 }, (_, n) => ({ id: `${name} ${n}`, room: name }));
    await rethinkdb.table('invitations').insert(rows).run(driver);
    expect(await invite()).toMatchObject({ code: 'too-many-invitations', limit: 50 });
  });

  test.each([{ uses: 0 }, { uses: 1.5 }, { uses: 1_001 }, { expires_in: -1 }, { expires_in: 1e9 }])(
    'the invitation %j is refused',
    async (body) => {
      expect(await invite(body)).toMatchObject({ code: 'bad-limit', field: Object.keys(body)[0] });
    },
  );

  test('a user who has joined too many rooms does not use up the link', async () => {
    const { token, id } = await invite({ uses: 1 });
    const cookie = await guest();
    const id_user = await idOf(cookie);
    const rows = Array.from({ length: 200 }, (_, n) => ({ id: [`${name} ${n}`, id_user] }));
    await rethinkdb
      .table('memberships')
      .insert(rows as never)
      .run(driver);
    expect(await codeOf(await accept(token, cookie))).toBe('too-many-rooms');
    const row = await rethinkdb.table('invitations').get(id).run(driver);
    expect(row).toMatchObject({ uses: 0, uses_left: 1 });
    expect((await accept(token, await guest())).status).toBe(200);
  });
});

describe('invitations for one user', () => {
  test('the user sees the invitation and accepts it, and no other user can', async () => {
    const [invited, stranger] = [await guest(), await guest()];
    const { token } = await invite({ id_user: await idOf(invited) });
    expect((await accept(token, stranger)).status).toBe(404);
    expect(await jsonOf(await get(`${app.url}/api/me/invitations`, stranger))).toEqual([]);
    const [own] = await jsonOf(await get(`${app.url}/api/me/invitations`, invited));
    expect(own).toMatchObject({ room: { name }, by: 'Owner' });
    expect((await post(`${app.url}/api/me/invitations/${own.id}`, {}, { cookie: stranger })).status).toBe(
      404,
    );
    const accepted = await post(`${app.url}/api/me/invitations/${own.id}`, {}, { cookie: invited });
    expect(await jsonOf(accepted)).toEqual({ room: name, joined: true });
    expect(await jsonOf(await get(`${app.url}/api/me/invitations`, invited))).toEqual([]);
  });

  test('an unknown user cannot be invited', async () => {
    expect(await invite({ id_user: 'unknown' })).toMatchObject({ code: 'no-such-user' });
  });
});

describe('requests to join', () => {
  const ask = (cookie: string, text = 'please') => post(url('/requests'), { text }, { cookie });
  const requests = async () => jsonOf(await get(url('/requests'), owner));
  const decide = (method: string, id: string, cookie = owner) =>
    fetch(url(`/requests/${id}`), { method, headers: { cookie } });

  beforeEach(async () => {
    await sendJson(url(), 'PATCH', { access: 'members', joining: 'request' }, { cookie: owner });
  });

  test('a user asks, and becomes a member when a moderator accepts', async () => {
    const cookie = await guest();
    const id = await idOf(cookie);
    expect(await codeOf(await post(url('/join'), {}, { cookie }))).toBe('request-needed');
    for (const _ of [1, 2]) expect((await ask(cookie)).status).toBe(202);
    expect(await requests()).toEqual([
      { id_user: id, name: expect.stringContaining('Guest'), text: 'please', created: expect.any(Number) },
    ]);
    expect((await decide('PUT', id, cookie)).status).toBe(403);
    expect((await decide('PUT', id)).status).toBe(204);
    expect(await requests()).toEqual([]);
    expect((await get(url('/messages'), cookie)).status).toBe(200);
    expect(await codeOf(await decide('PUT', id))).toBe('no-such-request');
  });

  test('a request is declined by a moderator, or withdrawn by its user', async () => {
    const [one, two] = [await guest(), await guest()];
    for (const cookie of [one, two]) await ask(cookie);
    expect((await decide('DELETE', await idOf(one))).status).toBe(204);
    expect((await decide('DELETE', await idOf(two), two)).status).toBe(204);
    expect(await requests()).toEqual([]);
    expect((await get(url('/messages'), one)).status).toBe(403);
  });

  test('a room has at most 100 requests, and one that is open to all has none', async () => {
    const rows = Array.from({ length: 100 }, (_, n) => ({ id: [name, `${n}`], room: name, id_user: `${n}` }));
    await rethinkdb
      .table('join_requests')
      .insert(rows as never)
      .run(driver);
    expect(await jsonOf(await ask(await guest()))).toMatchObject({ code: 'too-many-requests', limit: 100 });
    await sendJson(url(), 'PATCH', { joining: 'self' }, { cookie: owner });
    const cookie = await guest();
    await until('the change is known', async () => (await codeOf(await ask(cookie))) === 'bad-request');
  });
});
