import { describe, expect, test } from 'vitest';
import {
  roomGroups,
  roomLabel,
  unclaimedRoom,
  unreadText,
} from '../../../../server/http/pages/rows/room-list.js';
import type { RoomEntry } from '../../../../server/protocol/room.js';

const room = (name: string, more: Partial<RoomEntry> = {}): RoomEntry => ({
  ...unclaimedRoom(name),
  ...more,
});
const namesOf = (...args: Parameters<typeof roomGroups>) =>
  roomGroups(...args).map(({ title, rooms }) => [title, ...rooms.map(({ name }) => name)]);

describe('the list of rooms', () => {
  test('the list of rooms has the lobby first, then joined rooms, visited rooms and all others', () => {
    const entries = [room('mine', { joined: true }), room('busy'), room('quiet')];
    expect(namesOf(entries, { current: 'new', visited: ['new', 'seen', 'busy', 'lobby'] })).toEqual([
      ['Rooms', 'lobby', 'mine'],
      ['Visited', 'new', 'seen'],
      ['More rooms', 'busy', 'quiet'],
    ]);
  });

  test('a search keeps the rooms whose name contains the text', () => {
    const entries = [room('Tea', { joined: true }), room('green tea'), room('cake')];
    expect(namesOf(entries, { current: 'lobby', visited: ['steam', 'coffee'], sought: ' TEA' })).toEqual([
      ['Rooms', 'Tea'],
      ['Visited', 'steam'],
      ['More rooms', 'green tea'],
    ]);
    expect(namesOf(entries, { current: 'lobby', sought: 'milk' })).toEqual([]);
  });

  test('the list of rooms has each room once and no empty groups', () => {
    const entries = [room('lobby', { joined: true, unread: 3 })];
    expect(namesOf(entries, { current: 'lobby' })).toEqual([['Rooms', 'lobby']]);
    expect(roomGroups(entries, { current: null })[0]?.rooms[0]?.unread).toBe(3);
  });
});

test('the label of a room contains everything that its row shows', () => {
  expect(roomLabel(room('tea'))).toBe('tea');
  expect(roomLabel(room('tea', { unread: 1, users: 0 }))).toBe('tea, 1 unread message');
  expect(roomLabel(room('tea', { access: 'members', unread: 100, users: 2 }))).toBe(
    'tea, for members, 99+ unread messages, 2 here',
  );
  expect([1, 99, 100].map(unreadText)).toEqual(['1', '99', '99+']);
});
