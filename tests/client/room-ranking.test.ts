import { expect, test } from 'vitest';
import { unclaimedRoom } from '../../server/http/pages/rows/room-list.js';
import { rankRooms } from '../../static/client/switcher/room-ranking.js';

const rooms = (...names: string[]) => names.map(unclaimedRoom);
const namesOf = (...args: Parameters<typeof rankRooms>) => rankRooms(...args).map(({ name }) => name);

test('rooms whose name matches better come first', () => {
  const entries = rooms('cake', 'steam', 'green tea', 'team', 'the last', 'Tea');
  expect(namesOf(entries, ' TEA ', [])).toEqual(['Tea', 'team', 'green tea', 'steam', 'the last']);
  expect(namesOf(entries, 'tlst', [])).toEqual(['the last']);
  expect(namesOf(entries, 'grn te', [])).toEqual(['green tea']);
  expect(namesOf(rooms('team 14', 'team 41', 'team 4'), 'team 4', [])).toEqual(['team 4', 'team 41']);
  expect(namesOf(entries, 'milk', [])).toEqual([]);
});

test('among equal matches, rooms with unread messages come first, then rooms of the reader, then visited ones', () => {
  const entries = rooms('a', 'b', 'c', 'd', 'lobby').map((entry) => ({
    ...entry,
    joined: entry.name === 'c' || entry.name === 'd',
    unread: entry.name === 'd' ? 1 : null,
  }));
  expect(namesOf(entries, '', ['b', 'lobby'])).toEqual(['d', 'lobby', 'c', 'b', 'a']);
});

test('at most 50 rooms are offered', () => {
  const entries = rooms(...Array.from({ length: 80 }, (_, i) => `room ${i}`));
  expect(namesOf(entries, 'room', [])).toHaveLength(50);
});
