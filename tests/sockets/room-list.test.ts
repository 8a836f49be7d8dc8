import { afterAll, beforeAll, expect, test } from 'vitest';
import { cookieOfGuest, jsonOf, post } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  const cookie = await cookieOfGuest(app.url, 'Ada');
  await post(`${app.url}/api/rooms`, { name: 'kitchen', topic: 'Recipes' }, { cookie });
  await post(`${app.url}/api/rooms`, { name: 'cellar', access: 'members' }, { cookie });
  await post(`${app.url}/api/rooms/attic/messages`, { body: 'hello' }, { cookie });
});
afterAll(() => app?.stop());

async function openWithList(headers?: Record<string, string>): Promise<SocketClient> {
  const client = await SocketClient.open(app.url, headers);
  await until('the list of rooms arrives', () => client.latest('roomList'));
  return client;
}

test('a new socket receives the created and the used rooms after its welcome', async () => {
  const client = await openWithList();
  const [welcome, list] = client.frames;
  expect(welcome).toMatchObject({ type: 'welcome' });
  const open = { topic: '', access: 'open', users: 0 };
  expect(list).toEqual({
    type: 'roomList',
    rooms: [
      { ...open, name: 'attic', is_created: false },
      { ...open, name: 'cellar', is_created: true, access: 'members', users: null },
      { ...open, name: 'kitchen', is_created: true, topic: 'Recipes' },
    ],
    next: null,
  });
  client.close();
});

test('further pages of the list are loaded with listRooms', async () => {
  const client = await openWithList();
  const first = await client.ask<'roomList'>({ type: 'listRooms', limit: 2 });
  expect(first).toMatchObject({ rooms: [{ name: 'attic' }, { name: 'cellar' }], next: 'cellar' });
  const second = await client.ask<'roomList'>({ type: 'listRooms', limit: 2, after: first.next });
  expect(second).toMatchObject({ rooms: [{ name: 'kitchen' }], next: null });
  client.close();
});

test.each([{ limit: 0 }, { limit: 101 }, { limit: 'x' }, { after: 7 }, { after: 'x'.repeat(1001) }])(
  'a listRooms with %j is refused with the field',
  async (fields) => {
    const client = await openWithList();
    const [field] = Object.keys(fields);
    expect(await client.ask({ type: 'listRooms', ...fields })).toMatchObject({
      type: 'error',
      code: 'bad-frame',
      field,
    });
    client.close();
  },
);

test('a socket without a session receives no list and cannot load one', async () => {
  const other = await startTestApp({ env: { AUTH: 'accounts', AUTH_SERVER: 'http://127.0.0.1:9/me' } });
  const client = await SocketClient.open(other.url);
  expect(await client.ask({ type: 'listRooms' })).toMatchObject({ type: 'error', code: 'login-required' });
  expect(client.latest('roomList')).toBeUndefined();
  client.close();
  await other.stop();
});

test('the list of REST has used rooms, and says which were created', async () => {
  for (const path of ['/api/rooms', '/api/rooms?after=']) {
    const rooms: { name: string; is_created: boolean }[] = await jsonOf(await fetch(app.url + path));
    expect(Object.fromEntries(rooms.map(({ name, is_created }) => [name, is_created]))).toEqual({
      attic: false,
      cellar: true,
      kitchen: true,
    });
  }
});
