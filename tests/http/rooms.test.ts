import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Position } from '../../server/protocol/message.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { cookieOfGuest, jsonOf, post, sendJson } from './client.js';

let app: TestApp;
let ada: string;
let bob: string;
let name: string;
let room: string;
beforeAll(async () => {
  app = await startTestApp();
  ada = await cookieOfGuest(app.url, 'Ada');
  bob = await cookieOfGuest(app.url, 'Bob');
});
afterAll(() => app.stop());
beforeEach(() => {
  name = `room-${randomUUID()}`;
  room = `${app.url}/api/rooms/${name}`;
});

const get = async (url: string, cookie = ada) => jsonOf(await fetch(url, { headers: { cookie } }));
const create = (body: object, cookie = ada) => post(`${app.url}/api/rooms`, { name, ...body }, { cookie });
const listed = async (cookie = ada) =>
  (await get(`${app.url}/api/rooms`, cookie)).find((one: { name: string }) => one.name === name);

describe('creating a room', () => {
  test('a created room is answered with its location and is on the list', async () => {
    const response = await create({ topic: '  Tea ' });
    expect(response.status).toBe(201);
    const created = await jsonOf(response);
    expect(created).toMatchObject({
      name,
      topic: 'Tea',
      access: 'open',
      joined: true,
      role: 'owner',
      users: 0,
      unread: 0,
    });
    const there = new URL(response.headers.get('location')!, app.url);
    expect(await get(there.href)).toEqual(created);
    expect(await listed()).toEqual(created);
    expect(await listed(bob)).toEqual({
      ...created,
      joined: false,
      role: null,
      unread: null,
      mentions: null,
    });
  });

  test('a room can be created with any characters in its name', async () => {
    name = `a/b ?#ü ${randomUUID()}`;
    const response = await create({});
    const there = new URL(response.headers.get('location')!, app.url);
    expect(await get(there.href)).toMatchObject({ name });
  });

  test('a room can be created with a form', async () => {
    const form = new URLSearchParams({ name, topic: 'Tea', access: 'members' });
    const response = await fetch(`${app.url}/api/rooms`, { method: 'POST', body: form });
    expect(await jsonOf(response)).toMatchObject({ name, topic: 'Tea', access: 'members' });
  });

  test.each([
    [{ name: undefined }, { code: 'bad-room', field: 'name', detail: 'name is missing' }],
    [{ name: 'x'.repeat(65) }, { code: 'bad-room', field: 'name', limit: 64 }],
    [{ name: '房'.repeat(43) }, { code: 'bad-room', field: 'name', limit: 128 }],
    [{ topic: 'x'.repeat(201) }, { code: 'bad-topic', field: 'topic', limit: 200 }],
    [{ topic: 7 }, { code: 'bad-topic', field: 'topic' }],
    [{ topic: 'a\nb' }, { code: 'bad-topic', field: 'topic' }],
    [{ access: 'secret' }, { code: 'bad-access', field: 'access' }],
    [{ access: null }, { code: 'bad-access', field: 'access' }],
  ])('an invalid room is refused with the reason: %j', async (fields, problem) => {
    const response = await create(fields);
    expect(response.status).toBe(400);
    expect(await jsonOf(response)).toMatchObject(problem);
    expect(await listed()).toBeUndefined();
  });

  test('creating an existing room is refused', async () => {
    await create({ topic: 'first' });
    const again = await create({ topic: 'second' }, bob);
    expect(again.status).toBe(409);
    expect(await jsonOf(again)).toMatchObject({ code: 'room-exists', field: 'name' });
    expect(await get(room)).toMatchObject({ topic: 'first' });
  });
});

describe('joining and leaving', () => {
  test('joining and leaving can be repeated', async () => {
    for (const joined of [true, true, false, false]) {
      const answer = await post(`${room}/${joined ? 'join' : 'leave'}`, undefined, { cookie: ada });
      expect(answer.status).toBe(200);
      expect(await jsonOf(answer)).toEqual({ room: name, joined });
      expect(await get(room)).toMatchObject({ joined });
    }
  });

  test('joining and leaving need no body and no content type', async () => {
    const answer = await fetch(`${room}/join`, { method: 'POST', headers: { cookie: ada } });
    expect(await jsonOf(answer)).toEqual({ room: name, joined: true });
  });

  test('joining opens a room for members, and leaving closes it', async () => {
    await create({ access: 'members' });
    const tries = () =>
      Promise.all(
        ['messages', 'members', 'users', 'events?limit=0'].map(async (what) => {
          const response = await fetch(`${room}/${what}`, { headers: { cookie: bob } });
          await response.body!.cancel();
          return response.status;
        }),
      );
    expect(await tries()).toEqual([403, 403, 403, 403]);
    expect((await post(`${room}/messages`, { body: 'hi' }, { cookie: bob })).status).toBe(403);
    await post(`${room}/join`, undefined, { cookie: bob });
    expect(await tries()).toEqual([200, 200, 200, 200]);
    expect((await post(`${room}/messages`, { body: 'hi' }, { cookie: bob })).status).toBe(201);
    await post(`${room}/leave`, undefined, { cookie: bob });
    expect(await tries()).toEqual([403, 403, 403, 403]);
  });

  test('the members of a room are listed by name in the order of joining', async () => {
    await create({});
    await post(`${room}/join`, undefined, { cookie: bob });
    expect(await get(`${room}/members`, '')).toMatchObject([{ name: 'Ada' }, { name: 'Bob' }]);
    await sendJson(`${app.url}/api/me`, 'PUT', { name: 'Bobby' }, { cookie: bob });
    await expect
      .poll(() => get(`${room}/members`, ''))
      .toMatchObject([{ name: 'Ada' }, { name: 'Bobby', joined: expect.any(Number) }]);
  });

  test('a page of members names the number of all members and the next page', async () => {
    await create({});
    await post(`${room}/join`, undefined, { cookie: bob });
    const first = await fetch(`${room}/members?limit=1`);
    expect(first.headers.get('total-count')).toBe('2');
    expect(await jsonOf(first)).toMatchObject([{ name: 'Ada', present: false }]);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
    const second = await fetch(`${app.url}${next}`);
    expect(await jsonOf(second)).toEqual((await get(`${room}/members`, '')).slice(1));
    expect([second.headers.get('total-count'), second.headers.get('link')]).toEqual(['2', null]);
    for (const query of ['limit=0', 'limit=1001', 'after=x'])
      expect((await fetch(`${room}/members?${query}`)).status).toBe(400);
  });

  test('joining is refused for pages of other sites', async () => {
    const headers = { cookie: ada, origin: 'https://elsewhere.example' };
    expect((await post(`${room}/join`, undefined, headers)).status).toBe(403);
    expect(await get(room)).toMatchObject({ joined: false });
  });
});

describe('a room for members without membership', () => {
  test('a room for members shows its topic but not its users to others', async () => {
    await create({ topic: 'Plans', access: 'members' });
    const expected = { name, topic: 'Plans', access: 'members', joined: false, users: null, unread: null };
    expect(await get(room, bob)).toMatchObject(expected);
    expect(await listed('')).toMatchObject(expected);
    for (const url of [`${room}/users`, `${app.url}/${name}/users`, `${room}/members`])
      expect(await get(url, bob)).toMatchObject({ status: 403, code: 'not-a-member' });
  });
});

describe('reading positions', () => {
  test('a reading position only moves forward and determines the unread messages', async () => {
    await post(`${room}/join`, undefined, { cookie: ada });
    const sent: Position[] = [];
    for (const body of ['one', 'two', 'three'])
      sent.push(await jsonOf(await post(`${room}/messages`, { body }, { cookie: bob })));
    const read = async (message: object) =>
      jsonOf(await sendJson(`${room}/read`, 'PUT', message, { cookie: ada }));
    const at = (i: number) => ({ room: name, read: { sent: sent[i]!.sent, id: sent[i]!.id } });
    expect(await listed()).toMatchObject({ unread: 3 });
    expect(await read(sent[1]!)).toEqual(at(1));
    expect(await listed()).toMatchObject({ unread: 1 });
    expect(await read(sent[0]!)).toEqual(at(1));
    expect(await listed()).toMatchObject({ unread: 1 });
    expect(await read(sent[2]!)).toEqual(at(2));
    expect(await listed()).toMatchObject({ unread: 0 });
  });

  test('a reading position is stored for members only', async () => {
    const answer = await sendJson(`${room}/read`, 'PUT', { sent: 1, id: 'x' }, { cookie: ada });
    expect([answer.status, (await jsonOf(answer)).code]).toEqual([403, 'not-a-member']);
  });

  test.each([
    [{ id: 'x' }, 'sent'],
    [{ sent: 'yesterday', id: 'x' }, 'sent'],
    [{ sent: 1.5, id: 'x' }, 'sent'],
    [{ sent: 1e300, id: 'x' }, 'sent'],
    [{ sent: 1 }, 'id'],
    [{ sent: 1, id: 7 }, 'id'],
    [{ sent: 1, id: 'ü'.repeat(64) }, 'id'],
  ])('an invalid reading position is refused: %j', async (position, field) => {
    const answer = await sendJson(`${room}/read`, 'PUT', position, { cookie: ada });
    expect(answer.status).toBe(400);
    expect(await jsonOf(answer)).toMatchObject({ code: 'bad-request', field });
  });
});
