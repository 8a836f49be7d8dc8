import { expect, test } from 'vitest';
import { roomPath } from '../../../server/http/page/room-path.js';

test('every name has an address of its own, which browsers leave as it is', () => {
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
