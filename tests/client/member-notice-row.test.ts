import { expect, test } from 'vitest';
import { noticeText } from '../../static/client/member-notice-row.js';

const people = (...names: string[]) => names.map((name) => ({ id_user: name, name }));
const empty = { id: '1', at: 0, joined: [], left: [], othersJoined: 0, othersLeft: 0 };
/** Without the characters that isolate the direction of names. */
const text = (notice: object, self: string | null = null, isOpen = false) =>
  noticeText({ ...empty, ...notice }, self, isOpen).replaceAll(/[\u2068\u2069]/g, '');

test('a line about members names up to three users, and two of more', () => {
  expect(text({ joined: people('Mary') })).toBe('Mary joined');
  expect(text({ joined: people('Mary', 'John') })).toBe('Mary and John joined');
  expect(text({ joined: people('Mary', 'John', 'Ann') })).toBe('Mary, John and Ann joined');
  expect(text({ joined: people('Mary', 'John', 'Ann', 'Bob') })).toBe('Mary, John and 2 others joined');
  expect(text({ joined: people('Mary', 'John'), othersJoined: 3, left: people('Ann') })).toBe(
    'Mary, John and 3 others joined · Ann left',
  );
});

test('a line about members counts users without a name', () => {
  expect(text({ othersJoined: 1 })).toBe('1 user joined');
  expect(text({ othersLeft: 1_200 })).toBe('1,200 users left');
  expect(text({ joined: people('Mary'), othersJoined: 1 })).toBe('Mary and 1 other joined');
});

test('a line about members addresses the reader first', () => {
  expect(text({ joined: people('Mary', 'John') }, 'John')).toBe('You and Mary joined');
  expect(text({ joined: people('a', 'b', 'c', 'd', 'me') }, 'me')).toBe('You, a and 3 others joined');
});

test('users follow an open room', () => {
  expect(text({ joined: people('Mary'), left: people('Ann', 'Bob') }, null, true)).toBe(
    'Mary follows this room now · Ann and Bob no longer follow this room',
  );
  expect(text({ joined: people('me') }, 'me', true)).toBe('You follow this room now');
  expect(text({ joined: people('me', 'Ann') }, 'me', true)).toBe('You and Ann follow this room now');
  expect(text({ left: people('me') }, 'me', true)).toBe('You no longer follow this room');
});

test('a name cannot change the direction of the text around it', () => {
  expect(noticeText({ ...empty, joined: people('מרי') }, null, false)).toBe('\u2068מרי\u2069 joined');
});
