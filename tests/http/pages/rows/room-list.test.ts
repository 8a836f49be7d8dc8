import { describe, expect, test } from 'vitest';
import { roomGroups, unclaimedRoom, unreadText } from '../../../../server/http/pages/rows/room-list.js';
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

  test('the list of rooms has each room once and no empty groups', () => {
    const entries = [room('lobby', { joined: true, unread: 3 })];
    expect(namesOf(entries, { current: 'lobby' })).toEqual([['Rooms', 'lobby']]);
    expect(roomGroups(entries, { current: null })[0]?.rooms[0]?.unread).toBe(3);
  });
});

test('a count of unread messages that exceeds the limit is shown as the limit', () => {
  expect([1, 99, 100].map(unreadText)).toEqual(['1', '99', '99+']);
});
