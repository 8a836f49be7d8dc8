import { expect, test } from 'vitest';
import { AuthorNames } from '../src/author-names.js';
import type { Message } from '../src/frames.js';
import { RoomPresence } from '../src/room-presence.js';
import { TypingUsers } from '../src/typing-users.js';

const entry = (id_socket: string, id_user: string) => ({ id_socket, id_user, name: id_user });
const message: Message = {
  id: 'one',
  room: 'lobby',
  body: 'hi',
  sent: 1,
  author: { id_user: 'ann', name: 'Ann' },
  kind: 'message',
};

test('a user with several sockets counts once in the presence of a room', () => {
  const presence = new RoomPresence();
  const users = [entry('1', 'ann'), entry('2', 'ann'), entry('3', 'bob')];
  presence.receive({ type: 'presence', room: 'lobby', users, partial: false });
  expect(presence.count).toBe(2);
  const joined = [entry('4', 'cleo')];
  presence.receive({ type: 'presence', room: 'lobby', joined, left: ['1', '3'], partial: false });
  expect(presence.count).toBe(2);
  presence.clear();
  expect(presence.count).toBe(0);
});

test('a large room has a count without names, until the server sends all users again', () => {
  const presence = new RoomPresence();
  presence.receive({ type: 'presence', room: 'lobby', count: { sockets: 300, users: 250 }, partial: true });
  expect(presence).toMatchObject({ count: 250, isNamed: false, isKnown: true, isPartial: true });
  presence.receive({ type: 'presence', room: 'lobby', users: [entry('1', 'ann')], partial: false });
  expect(presence).toMatchObject({ count: 1, isNamed: true, isPartial: false });
});

test('a typing indicator ends after its time, or with a message of the user', () => {
  const users = new TypingUsers();
  const type = (name: string, now: number) =>
    users.receive({ type: 'userTyping', room: 'lobby', user: { id_user: name, name }, forMs: 5_000 }, now);
  type('ann', 0);
  type('bob', 3_000);
  expect(users.names(4_000)).toEqual(['ann', 'bob']);
  expect(users.names(6_000)).toEqual(['bob']);
  type('ann', 6_000);
  users.end('ann');
  expect(users.names(6_000)).toEqual(['bob']);
});

test('a typing indicator has the current name of its user', () => {
  const users = new TypingUsers();
  const user = { id_user: 'ann', name: 'Ann' };
  users.receive({ type: 'userTyping', room: 'lobby', user, forMs: 5_000 }, 0);
  users.rename({ id_user: 'ann', name: 'Anna' });
  users.rename({ id_user: 'bob', name: 'Bob' });
  expect(users.names(1_000)).toEqual(['Anna']);
});

test('messages get the current name of their author, and stay the same object for the same name', () => {
  const names = new AuthorNames();
  expect(names.apply(message)).toBe(message);
  names.receive({ type: 'identityChanged', user: { id_user: 'ann', name: 'Anna' } });
  expect(names.apply(message).author.name).toBe('Anna');
  expect(names.apply(message)).toBe(names.apply(message));
});
