import { expect, test } from 'vitest';
import { presentPeople } from '../../../../server/http/pages/rows/present-people.js';

test('the sockets of one user are one person, listed with the reader first and others by name', () => {
  const sockets = [
    { id_user: 'z', name: 'Zoe' },
    { id_user: 'b', name: 'Bob' },
    { id_user: 'me', name: 'Me' },
    { id_user: 'b', name: 'Bobby' },
  ];
  expect(presentPeople(sockets, 'me')).toEqual([
    { id_user: 'me', name: 'Me', tabs: 1, isSelf: true },
    { id_user: 'b', name: 'Bobby', tabs: 2, isSelf: false },
    { id_user: 'z', name: 'Zoe', tabs: 1, isSelf: false },
  ]);
});
