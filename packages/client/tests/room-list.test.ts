import { expect, test } from 'vitest';
import { ChatClient } from '../src/chat-client.js';
import type { ListedRoom } from '../src/frames.js';
import { fakeTransports, welcome } from './fake-transport.js';

const room = (name: string, fields: Partial<ListedRoom> = {}): ListedRoom => ({
  name,
  topic: '',
  access: 'open',
  is_created: false,
  users: 0,
  ...fields,
});
const info = (name: string, access: 'open' | 'members' = 'open') => ({
  name,
  topic: 'new',
  access,
  joining: 'self' as const,
  posting: 'all' as const,
  archived: null,
  created: 1,
  created_by: 'bob',
  owner: 'bob',
});

function connect() {
  const { open, last } = fakeTransports();
  const client = new ChatClient({ url: 'http://localhost', open });
  client.connect();
  last().open();
  last().receive(welcome());
  const names = () => client.rooms.map(({ name }) => name);
  return { client, last, names };
}

test('the first page arrives with the connection, and further pages are loaded on request', async () => {
  const { client, last, names } = connect();
  expect([names(), client.hasMoreRooms]).toEqual([[], false]);
  last().receive({ type: 'roomList', rooms: [room('a'), room('b')], next: 'b' });
  expect([names(), client.hasMoreRooms]).toEqual([['a', 'b'], true]);
  const loading = client.loadMoreRooms();
  const { type, after, ref } = last().sent.at(-1) as { type: string; after: string; ref: string };
  expect([type, after]).toEqual(['listRooms', 'b']);
  last().receive({ type: 'roomList', ref, rooms: [room('c')], next: null });
  await loading;
  expect([names(), client.hasMoreRooms]).toEqual([['a', 'b', 'c'], false]);
});

test('the list follows rooms that are created, changed and removed', () => {
  const { client, last, names } = connect();
  last().receive({ type: 'roomList', rooms: [room('a', { users: 3 }), room('c')], next: null });
  last().receive({ type: 'roomCreated', room: info('b') });
  last().receive({ type: 'roomChanged', room: info('a') });
  expect(client.rooms).toEqual([
    room('a', { topic: 'new', is_created: true, users: 3 }),
    room('b', { topic: 'new', is_created: true }),
    room('c'),
  ]);
  last().receive({ type: 'roomChanged', room: info('a', 'members') });
  expect(client.rooms[0]).toMatchObject({ access: 'members', users: null });
  last().receive({ type: 'roomRemoved', room: 'b' });
  expect(names()).toEqual(['a', 'c']);
});

test('a new connection replaces the list', () => {
  const { client, last, names } = connect();
  last().receive({ type: 'roomList', rooms: [room('a'), room('b')], next: null });
  last().lose();
  client.retryNow();
  last().open();
  last().receive(welcome());
  last().receive({ type: 'roomList', rooms: [room('b')], next: null });
  expect(names()).toEqual(['b']);
});
