import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChatClient, type ClientEvent } from '../src/chat-client.js';
import type { ChatClientOptions } from '../src/client-options.js';
import type { Message, ServerFrame } from '../src/frames.js';
import { fakeTransports, welcome } from './fake-transport.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function connect(options: Partial<ChatClientOptions> = {}) {
  const { open, all, last } = fakeTransports();
  const client = new ChatClient({ url: 'http://localhost', open, ...options });
  const events: ClientEvent[] = [];
  client.subscribe((event) => events.push(event));
  client.connect();
  const types = () => last().sent.map(({ type }) => type);
  const enter = () => {
    last().open();
    last().receive(welcome());
  };
  return { client, all, last, events, types, enter };
}

const message = (id: string, room = 'lobby'): Message => ({
  id,
  room,
  body: `body of ${id}`,
  sent: 1,
  author: { id_user: 'bob', name: 'Bob' },
  kind: 'message',
});

const snapshot = (room: string, messages: Message[] = []): ServerFrame => ({
  type: 'roomSnapshot',
  room,
  messages,
  hasOlder: false,
  live: true,
});

test('rooms are joined once, before the welcome, and joined again after a reconnect', () => {
  const { client, all, last, types, enter } = connect();
  const room = client.join('lobby');
  last().open();
  expect(types()).toEqual(['joinRoom']);
  last().receive(welcome());
  expect(types()).toEqual(['joinRoom']);
  last().receive(snapshot('lobby', [message('a')]));
  expect(room.status).toBe('live');
  expect(room.messages.map(({ id }) => id)).toEqual(['a']);
  last().lose();
  expect(room.status).toBe('disconnected');
  expect(room.messages).toHaveLength(1);
  client.retryNow();
  enter();
  expect(all).toHaveLength(2);
  expect(types()).toEqual(['joinRoom']);
});

test('several rooms of one client do not mix', () => {
  const { client, last, enter } = connect();
  const [first, second] = [client.join('first'), client.join('second')];
  expect(client.join('first')).toBe(first);
  enter();
  last().receive(snapshot('first', [message('a', 'first')]));
  expect([first.status, second.status]).toEqual(['live', 'joining']);
  last().receive(snapshot('second'));
  const id = second.post('hello');
  last().receive({ type: 'error', ref: id, code: 'bad-body', message: 'body cannot be used' });
  expect(first.unsent).toEqual([]);
  expect(second.unsent).toMatchObject([{ id, progress: 'failed', code: 'bad-body' }]);
});

test('a room that is joined while connected is requested at once, and one that was left is not', () => {
  const { client, last, types, enter } = connect();
  enter();
  const room = client.join('lobby');
  expect(types()).toEqual(['joinRoom']);
  last().receive(snapshot('lobby'));
  client.leave('lobby');
  last().receive({ type: 'deliverMessage', message: message('late') });
  expect(room.messages).toEqual([]);
  last().lose();
  client.retryNow();
  enter();
  expect(types()).toEqual([]);
});

test('subscribers are called when client and rooms are up to date', () => {
  const { client, last, enter } = connect();
  const room = client.join('lobby');
  const seen: number[] = [];
  client.subscribe((event) => {
    if (event.type === 'frame' && event.frame.type === 'deliverMessage') seen.push(room.messages.length);
  });
  enter();
  last().receive(snapshot('lobby'));
  last().receive({ type: 'deliverMessage', message: message('a') });
  last().receive({ type: 'deliverMessage', message: message('b') });
  expect(seen).toEqual([1, 2]);
});

test('a subscriber that ends its subscription receives no more events', () => {
  const { client, enter } = connect();
  const listener = vi.fn();
  const unsubscribe = client.subscribe(listener);
  unsubscribe();
  enter();
  expect(listener).not.toHaveBeenCalled();
});

test('requests resolve with their answer, or reject with the error of the server', async () => {
  const { client, last, enter } = connect();
  enter();
  const renamed = client.request({ type: 'identityChange', name: 'Anna' });
  const refused = client.request({ type: 'observePresence', rooms: ['x'] });
  const [first, second] = last().sent.map((frame) => ('ref' in frame ? frame.ref : undefined));
  last().receive({ type: 'error', ref: second, code: 'bad-room', message: 'room is empty', field: 'room' });
  last().receive({ type: 'ack', ref: first });
  await expect(renamed).resolves.toMatchObject({ type: 'ack' });
  await expect(refused).rejects.toMatchObject({ code: 'bad-room', details: { field: 'room' } });
});

test('requests fail with the connection', async () => {
  const { client, last, enter } = connect();
  await expect(client.request({ type: 'leaveRoom', room: 'x' })).rejects.toThrow('connection is lost');
  enter();
  const request = client.request({ type: 'leaveRoom', room: 'x' });
  last().lose();
  await expect(request).rejects.toThrow('connection was lost');
});

test('presence, typing and read positions of a room follow the frames', () => {
  const { client, last, types, enter } = connect();
  const room = client.join('lobby', { readPosition: { sent: 1, id: 'a' } });
  enter();
  last().receive(snapshot('lobby'));
  const user = { id_user: 'bob', name: 'Bob' };
  const users = [{ id_socket: '1', ...user }];
  last().receive({ type: 'presence', room: 'lobby', users, partial: false });
  last().receive({ type: 'userTyping', room: 'lobby', user, forMs: 5_000 });
  expect([room.presence.count, room.typing()]).toEqual([1, ['Bob']]);
  vi.advanceTimersByTime(5_000);
  expect(room.typing()).toEqual([]);
  room.markRead({ sent: 1, id: 'a' });
  room.markRead({ sent: 2, id: 'b' });
  expect(types()).toEqual(['joinRoom', 'markRead']);
  last().lose();
  expect(room.presence.isKnown).toBe(false);
});

test('typing is sent at most once per interval, and at once after a message', () => {
  const { client, last, types, enter } = connect();
  const room = client.join('lobby');
  enter();
  last().receive(snapshot('lobby'));
  for (let key = 0; key < 5; key += 1) room.notifyTyping();
  expect(types()).toEqual(['joinRoom', 'typing']);
  room.post('done');
  room.notifyTyping();
  expect(types()).toEqual(['joinRoom', 'typing', 'createMessage', 'typing']);
  vi.advanceTimersByTime(2_000);
  room.notifyTyping();
  expect(types().filter((type) => type === 'typing')).toHaveLength(3);
});

test('messages that an application has already are shown at once, and verified after joining', () => {
  const { client, last, enter } = connect();
  const room = client.join('lobby', {
    messages: [message('old')],
    hasOlder: false,
    names: { bob: 'Robert' },
  });
  expect(room.messages[0]?.author.name).toBe('Robert');
  enter();
  last().receive(snapshot('lobby'));
  expect(room.messages).toEqual([]);
});

test('a client with a token authenticates each socket, and ignores the request to do so', async () => {
  const tokens = ['first', 'second'];
  const { client, last, types } = connect({ token: async () => tokens.shift() ?? 'none' });
  const room = client.join('lobby');
  last().open();
  last().receive({ type: 'error', code: 'login-required', message: 'log in first' });
  await vi.waitUntil(() => last().sent.length > 0);
  expect(last().sent).toMatchObject([{ type: 'authenticate', token: 'first' }]);
  expect(room.status).toBe('disconnected');
  last().receive(welcome());
  expect(types()).toEqual(['authenticate', 'joinRoom']);
  last().lose();
  client.retryNow();
  last().open();
  await vi.waitUntil(() => last().sent.length > 0);
  expect(last().sent).toMatchObject([{ type: 'authenticate', token: 'second' }]);
});

test('an expired session is renewed with a new token, and rooms are joined again', async () => {
  const { client, last, types } = connect({ token: () => 'a token' });
  const room = client.join('lobby');
  last().open();
  await vi.waitUntil(() => last().sent.length > 0);
  last().receive(welcome());
  last().receive({ type: 'ack', ref: 'request 1' });
  last().receive(snapshot('lobby'));
  await vi.advanceTimersByTimeAsync(0);
  last().receive({ type: 'error', code: 'token-expired', message: 'The token has expired' });
  expect([room.status, room.refusal?.code]).toEqual(['refused', 'token-expired']);
  await vi.waitUntil(() => types().length > 2);
  last().receive(welcome());
  expect(types()).toEqual(['authenticate', 'joinRoom', 'authenticate', 'joinRoom']);
});

test('a refused token is the refusal of each room, and no further attempt follows', async () => {
  const { client, last, types } = connect({ token: 'wrong' });
  const room = client.join('lobby');
  last().open();
  await vi.waitUntil(() => last().sent.length > 0);
  last().receive({ type: 'error', ref: 'request 1', code: 'bad-token', message: 'The token is not valid' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect([room.status, room.refusal?.code]).toEqual(['refused', 'bad-token']);
  expect(types()).toEqual(['authenticate']);
});

test('if no token can be got, another attempt follows', async () => {
  const token = vi.fn(async () => {
    throw new Error('no network');
  });
  const { client, last } = connect({ token });
  last().open();
  await vi.advanceTimersByTimeAsync(0);
  expect(client.connection.name).toBe('waiting');
  await vi.advanceTimersByTimeAsync(10_000);
  last().open();
  expect(token).toHaveBeenCalledTimes(2);
});

test('a room that refused the user is joined again when the user becomes a member', () => {
  const { client, last, types, enter } = connect();
  const room = client.join('vault');
  enter();
  const { ref } = last().sent[0] as { ref: string };
  last().receive({ type: 'error', ref, code: 'not-a-member', message: 'for members only' });
  expect(room.status).toBe('refused');
  last().receive({ type: 'memberJoined', room: 'vault', user: { id_user: 'bob', name: 'Bob' }, at: 1 });
  expect(types()).toEqual(['joinRoom']);
  last().receive({ type: 'memberJoined', room: 'vault', user: { id_user: 'ann', name: 'Ann' }, at: 1 });
  expect(types()).toEqual(['joinRoom', 'joinRoom']);
});
