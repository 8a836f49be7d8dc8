import { expect, test } from 'vitest';
import { memberPath, roomPath } from '../../../../server/http/pages/rows/room-path.js';

test('every room name has a unique address that browsers do not change', () => {
  const names = [
    'lobby',
    'a b',
    'a/b',
    '..',
    '.',
    '...',
    '%2F',
    'constructor',
    '😀',
    '?#&',
    '__proto__',
    'Lobby',
  ];
  const addresses = names.map((name) => new URL(roomPath(name), 'http://localhost'));
  expect(new Set(addresses.map(({ href }) => href)).size).toBe(names.length);
  for (const [i, { pathname, searchParams }] of addresses.entries()) {
    const name =
      searchParams.get('room') ??
      (decodeURIComponent(pathname.replace(/^\/r\//, '').replace(/^\/$/, '')) || 'lobby');
    expect(name).toBe(names[i]);
  }
});

test('the addresses of a playground page keep its user', () => {
  expect(roomPath('lobby', '1')).toBe('/ui/lobby?id_user=1');
  expect(roomPath('a b', 'x&y')).toBe('/ui/a%20b?id_user=x%26y');
  expect(roomPath('..', '1')).toBe('/ui/?room=..&id_user=1');
});

test('every room has a unique address for joining', () => {
  expect(memberPath('lobby', 'join')).toBe('/r/lobby/join');
  expect(memberPath('a/b', 'leave', '1')).toBe('/ui/a%2Fb/leave?id_user=1');
  expect(memberPath('..', 'join')).toBe('/r/?room=..');
});
