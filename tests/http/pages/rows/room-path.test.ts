import { expect, test } from 'vitest';
import { memberPath, roomOfAddress, roomPath } from '../../../../server/http/pages/rows/room-path.js';

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

test('the room of an address is the room whose address it is', () => {
  const addressOf = (path: string) => new URL(path, 'http://localhost');
  for (const name of ['lobby', 'a b', 'a/b', '..', '.', '%2F', '😀', '?#&', 'Lobby']) {
    expect(roomOfAddress(addressOf(roomPath(name)))).toBe(name);
    expect(roomOfAddress(addressOf(roomPath(name, 'a&b')), 'a&b')).toBe(name);
    expect(roomOfAddress(addressOf(roomPath(name, '1')), '2')).toBeNull();
  }
  for (const path of [
    '/api/rooms',
    '/r/tea/join',
    '/r/%E0%A4%A',
    '/r/tea?members',
    '/r/tea?before=1.a',
    '/rooms/new',
  ])
    expect(roomOfAddress(addressOf(path)), path).toBeNull();
});
