import { randomUUID } from 'node:crypto';
import rethinkdb from 'rethinkdb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { cookieOfGuest, jsonOf, post, sendJson } from './client.js';

interface Person {
  cookie: string;
  id_user: string;
}

let app: TestApp;
let ada: Person;
let bob: Person;
let eve: Person;
let driver: rethinkdb.Connection;
let name: string;
beforeAll(async () => {
  app = await startTestApp({ env: { LIMIT_MEMBERSHIPS: '0', LIMIT_SETTINGS: '0', LIMIT_ROOMS: '0' } });
  driver = await app.database.connect();
  [ada, bob, eve] = (await Promise.all(['Ada', 'Bob', 'Eve'].map(person))) as [Person, Person, Person];
});
afterAll(() => app?.stop());

async function person(called: string): Promise<Person> {
  const cookie = await cookieOfGuest(app.url, called);
  const { id_user } = await jsonOf(await fetch(`${app.url}/api/me`, { headers: { cookie } }));
  return { cookie, id_user };
}

const url = (rest = '') => `${app.url}/api/rooms/${name}${rest}`;
const by = ({ cookie }: Person) => ({ cookie });
const change = (body: object, of = ada) => sendJson(url(), 'PATCH', body, by(of));
const join = (of: Person) => post(url('/join'), {}, by(of));
const leave = (of: Person) => post(url('/leave'), {}, by(of));
const setRole = (of: Person, role: string, as = ada) =>
  sendJson(url(`/members/${of.id_user}`), 'PUT', { role }, by(as));
const remove = (of: Person, as = ada) =>
  fetch(url(`/members/${of.id_user}`), { method: 'DELETE', headers: by(as) });
const room = async (of = ada) => jsonOf(await fetch(url(), { headers: by(of) }));
const write = (of: Person) => post(url('/messages'), { body: 'hello' }, by(of));
const codeOf = async (response: Promise<Response>) => (await jsonOf(await response)).code;
const openSocket = (of: Person) => SocketClient.open(app.url, by(of));

async function rolesOf(as = ada): Promise<Record<string, string>> {
  const members = await jsonOf(await fetch(url('/members'), { headers: by(as) }));
  return Object.fromEntries(members.map((one: { name: string; role: string }) => [one.name, one.role]));
}

beforeEach(async () => {
  name = `room-${randomUUID()}`;
  await post(`${app.url}/api/rooms`, { name, topic: 'Tea' }, by(ada));
});

describe('settings of a room', () => {
  test('the owner changes settings, which all see at once, and the others are kept', async () => {
    const socket = await openSocket(eve);
    const answer = await change({ topic: 'Cake', description: 'First line\nsecond', posting: 'moderators' });
    expect(answer.status).toBe(200);
    const changed = {
      topic: 'Cake',
      description: 'First line\nsecond',
      posting: 'moderators',
      access: 'open',
    };
    expect(await jsonOf(answer)).toMatchObject({ ...changed, loses_access: 0, gains_access: false });
    expect(await room(eve)).toMatchObject(changed);
    await until('the frame', () => socket.latest('roomChanged')?.room.topic === 'Cake');
    expect(socket.latest('roomChanged')?.room).toMatchObject(changed);
    expect(await codeOf(write(eve))).toBe('read-only');
    expect((await write(ada)).status).toBe(201);
    socket.close();
  });

  test.each([
    [{ topic: 'x'.repeat(201) }, 'bad-topic'],
    [{ description: 'x'.repeat(1001) }, 'bad-description'],
    [{ access: 'secret' }, 'bad-access'],
    [{ joining: null }, 'bad-setting'],
    [{ posting: 'owners' }, 'bad-setting'],
    [{ archived: 'yes' }, 'bad-setting'],
    [{ colour: 'red' }, 'bad-setting'],
  ])('the change %j is refused with %s', async (body, code) => {
    expect(await codeOf(change(body))).toBe(code);
    expect(await room()).toMatchObject({ topic: 'Tea', access: 'open' });
  });

  test('a room that becomes private expels strangers, disappears for them, and says how many lost it', async () => {
    await join(bob);
    const [inside, outside] = await Promise.all([openSocket(bob), openSocket(eve)]);
    for (const socket of [inside, outside]) await socket.ask({ type: 'joinRoom', room: name });
    const { loses_access, gains_access } = await jsonOf(await change({ access: 'private' }));
    expect([loses_access, gains_access]).toEqual([1, false]);
    await until('the stranger is expelled', () => outside.latest('error')?.code === 'no-such-room');
    await until('the room disappears', () => outside.latest('roomRemoved')?.room === name);
    await write(bob);
    await until('the member reads on', () => inside.latest('deliverMessage')?.message.room === name);
    expect(outside.latest('deliverMessage')).toBeUndefined();
    expect(inside.latest('error')).toBeUndefined();
    expect((await fetch(url(), { headers: by(eve) })).status).toBe(404);
    expect(await jsonOf(await change({ access: 'open' }))).toMatchObject({ gains_access: true });
    expect((await write(eve)).status).toBe(201);
    for (const socket of [inside, outside]) socket.close();
  });

  test('an archived room is read only until its owner ends that', async () => {
    await write(bob);
    expect(await jsonOf(await change({ archived: true }))).toMatchObject({ archived: expect.any(Number) });
    expect(await codeOf(write(ada))).toBe('archived');
    expect(await codeOf(change({ topic: 'new' }))).toBe('archived');
    expect((await fetch(url('/messages'), { headers: by(eve) })).status).toBe(200);
    expect(await jsonOf(await change({ archived: false }))).toMatchObject({ archived: null });
    expect((await write(ada)).status).toBe(201);
  });

  test('the lobby stays open, and rooms that were not created have no settings', async () => {
    expect(await codeOf(sendJson(`${app.url}/api/rooms/lobby`, 'PATCH', { topic: 'x' }, by(ada)))).toBe(
      'not-allowed',
    );
    await rethinkdb.table('rooms').insert({ id: 'lobby', created_by: ada.id_user }).run(driver);
    await post(`${app.url}/api/rooms/lobby/join`, {}, by(ada));
    const private_ = sendJson(`${app.url}/api/rooms/lobby`, 'PATCH', { access: 'private' }, by(ada));
    expect(await codeOf(private_)).toBe('bad-access');
    const topic = await sendJson(`${app.url}/api/rooms/lobby`, 'PATCH', { topic: 'Welcome' }, by(ada));
    expect(topic.status).toBe(200);
  });
});

describe('roles', () => {
  test('a moderator changes the topic and removes members, but cannot change rules or roles', async () => {
    for (const one of [bob, eve]) await join(one);
    expect((await setRole(bob, 'moderator')).status).toBe(204);
    expect(await rolesOf()).toEqual({ Ada: 'owner', Bob: 'moderator', Eve: 'member' });
    expect((await change({ topic: 'by Bob' }, bob)).status).toBe(200);
    expect(await jsonOf(await change({ access: 'private' }, bob))).toMatchObject({
      code: 'not-allowed',
      action: 'configure',
      role: 'owner',
    });
    expect(await codeOf(setRole(eve, 'moderator', bob))).toBe('not-allowed');
    expect(await codeOf(remove(ada, bob))).toBe('not-allowed');
    expect((await remove(eve, bob)).status).toBe(204);
    expect(await rolesOf()).toEqual({ Ada: 'owner', Bob: 'moderator' });
  });

  test('a removed member of a private room loses it at once', async () => {
    await join(bob);
    await change({ access: 'private' });
    const socket = await openSocket(bob);
    await socket.ask({ type: 'joinRoom', room: name });
    expect((await remove(bob)).status).toBe(204);
    await write(ada);
    await until('the end of the right', () => socket.latest('error')?.code === 'no-such-room');
    expect(socket.latest('deliverMessage')).toBeUndefined();
    socket.close();
  });

  test('a transfer makes the owner a moderator and is announced to the members', async () => {
    await join(bob);
    const socket = await openSocket(bob);
    await socket.ask({ type: 'joinRoom', room: name });
    expect((await setRole(bob, 'owner')).status).toBe(204);
    expect(await rolesOf()).toEqual({ Ada: 'moderator', Bob: 'owner' });
    expect(await room(bob)).toMatchObject({ role: 'owner', owner: bob.id_user, created_by: ada.id_user });
    const roles = () =>
      socket.frames.flatMap((frame) => (frame.type === 'roleChanged' ? [[frame.id_user, frame.role]] : []));
    await until('both roles', () => roles().length >= 2);
    expect(roles()).toContainEqual([bob.id_user, 'owner']);
    expect(roles()).toContainEqual([ada.id_user, 'moderator']);
    expect(await codeOf(setRole(ada, 'member', ada))).toBe('not-allowed');
    expect(await codeOf(setRole(bob, 'member', bob))).toBe('not-allowed');
    socket.close();
  });

  test('of two transfers at once, one succeeds, and the room has one owner', async () => {
    for (const one of [bob, eve]) await join(one);
    const statuses = await Promise.all([bob, eve].map(async (one) => (await setRole(one, 'owner')).status));
    expect(statuses.sort()).toEqual([204, 403]);
    expect(Object.values(await rolesOf()).filter((role) => role === 'owner')).toHaveLength(1);
  });

  test('an owner who leaves passes the ownership to a moderator, or else to the first member', async () => {
    for (const one of [bob, eve]) await join(one);
    await setRole(eve, 'moderator');
    await leave(ada);
    expect(await rolesOf()).toEqual({ Bob: 'member', Eve: 'owner' });
    await leave(eve);
    expect(await rolesOf()).toEqual({ Bob: 'owner' });
    await leave(bob);
    await join(bob);
    expect(await rolesOf()).toEqual({ Bob: 'owner' });
  });

  test('rows of another program have the same effect', async () => {
    await join(bob);
    const socket = await openSocket(bob);
    const membership = rethinkdb.table('memberships').getAll([name, bob.id_user], { index: 'room_user' });
    await membership.update({ role: 'moderator' }).run(driver);
    await until('the role', () => socket.latest('roleChanged')?.role === 'moderator');
    await until('the right', async () => (await change({ topic: 'by Bob' }, bob)).status === 200);
    await rethinkdb.table('rooms').getAll(name, { index: 'name' }).update({ owner: bob.id_user }).run(driver);
    await until('the ownership', async () => (await change({ posting: 'moderators' }, bob)).status === 200);
    expect(await rolesOf()).toEqual({ Ada: 'member', Bob: 'owner' });
    socket.close();
  });
});
