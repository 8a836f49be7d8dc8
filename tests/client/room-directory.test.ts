import type { ServerFrame } from 'changeroom-client';
import { describe, expect, test } from 'vitest';
import { unclaimedRoom } from '../../server/http/pages/rows/room-list.js';
import type { RoomEntry } from '../../server/protocol/room.js';
import { RoomDirectory } from '../../static/client/room-directory.js';

const room = (name: string, more: Partial<RoomEntry> = {}): RoomEntry => ({
  ...unclaimedRoom(name),
  ...more,
});
const info = (name: string, topic = '') => {
  const { access, joining, posting, archived, created, created_by, owner } = unclaimedRoom(name);
  return { name, topic, access, joining, posting, archived, created, created_by, owner };
};

describe('the directory of rooms', () => {
  test('the directory follows created, changed and removed rooms', () => {
    const directory = new RoomDirectory([room('tea', { users: 2 })], 'lobby');
    directory.receive({ type: 'roomCreated', room: info('cake', 'sweet') }, 'me');
    directory.receive({ type: 'roomChanged', room: info('tea', 'hot') }, 'me');
    expect(directory.entries.map(({ name, topic, users }) => [name, topic, users])).toEqual([
      ['tea', 'hot', 2],
      ['cake', 'sweet', null],
    ]);
    directory.receive({ type: 'roomRemoved', room: 'tea' }, 'me');
    expect(directory.entries.map(({ name }) => name)).toEqual(['cake']);
  });

  test('the directory keeps a removed room of which the reader is a member', () => {
    const directory = new RoomDirectory([room('tea', { topic: 'hot', joined: true, unread: 4 })], 'lobby');
    directory.receive({ type: 'roomRemoved', room: 'tea' }, 'me');
    expect(directory.entries).toEqual([room('tea', { joined: true, unread: 4 })]);
  });

  test("the directory follows the reader's memberships, and is stale afterwards", () => {
    const directory = new RoomDirectory([room('tea')], 'lobby');
    const other = { id_user: 'other', name: null };
    const me = { id_user: 'me', name: null };
    directory.receive({ type: 'memberJoined', room: 'tea', user: other, at: 1 }, 'me');
    expect(directory.get('tea').joined).toBe(false);
    directory.receive({ type: 'memberJoined', room: 'tea', user: me, at: 2 }, 'me');
    expect(directory.get('tea').joined).toBe(true);
    expect(directory.isStale).toBe(true);
    directory.receive({ type: 'memberLeft', room: 'tea', id_user: 'me', user: me, at: 3 }, 'me');
    expect(directory.get('tea').joined).toBe(false);
  });

  test('the directory is stale after the reader has read another room on another device', () => {
    const directory = new RoomDirectory([room('tea'), room('cake')], 'cake');
    directory.receive({ type: 'read', room: 'cake', position: { sent: 1, id: 'a' } }, 'me');
    expect(directory.isStale).toBe(false);
    directory.receive({ type: 'read', room: 'tea', position: { sent: 1, id: 'a' } }, 'me');
    expect(directory.isStale).toBe(true);
  });

  const activity = (
    name: string | null,
    messages: number | null,
    authors: (string | null)[] = ['ann'],
  ): ServerFrame<'roomActivity'> => ({
    type: 'roomActivity',
    room: name,
    messages,
    newest: messages === null ? null : { sent: messages, id: 'm' },
    authors,
  });

  test('the directory counts new messages of other joined rooms, except those of the reader', () => {
    const joined = { joined: true, unread: 1 };
    const directory = new RoomDirectory([room('tea', joined), room('cake', joined), room('open')], 'cake');
    for (const name of ['tea', 'cake', 'open']) directory.receive(activity(name, 2), 'me');
    directory.receive(activity('tea', 3, ['me']), 'me');
    directory.receive(activity('tea', 4, ['me', null]), 'me');
    expect(directory.entries.map(({ unread }) => unread)).toEqual([7, 1, null]);
    expect(directory.unreadElsewhere).toBe(7);
    directory.receive(activity('tea', 5_000), 'me');
    expect(directory.get('tea').unread).toBe(100);
    expect(directory.isStale).toBe(false);
  });

  test('a room that the page stops showing keeps its number of unread messages, and is counted from then on', () => {
    const joined = { joined: true, unread: 5 };
    const directory = new RoomDirectory([room('tea', joined), room('cake', joined), room('open')], 'cake');
    directory.show('tea', 2);
    expect(directory.get('cake').unread).toBe(2);
    expect([directory.unreadElsewhere, directory.isStale]).toEqual([2, true]);
    for (const name of ['tea', 'cake']) directory.receive(activity(name, 3), 'me');
    expect(directory.unreadElsewhere).toBe(5);
    expect(directory.observable).toEqual(['cake', 'open']);
    directory.show('open', 0);
    directory.show('tea', 7);
    expect(directory.get('open').unread).toBeNull();
  });

  test('the directory is stale after activity that cannot be counted', () => {
    for (const frame of [activity(null, null), activity('tea', null)]) {
      const directory = new RoomDirectory([room('tea', { joined: true, unread: 1 })], 'cake');
      directory.receive(frame, 'me');
      expect(directory.isStale).toBe(true);
    }
  });

  test('a room has no unread messages when its newest message was read on another device', () => {
    const directory = new RoomDirectory([room('tea', { joined: true, unread: 1 })], 'cake');
    directory.receive(activity('tea', 2), 'me');
    directory.receive({ type: 'read', room: 'tea', position: { sent: 2, id: 'm' } }, 'me');
    expect([directory.get('tea').unread, directory.isStale]).toEqual([0, false]);
  });

  test('the directory has the number of users of observed rooms', () => {
    const closed = room('closed', { access: 'members' });
    const mine = room('mine', { access: 'members', joined: true });
    const directory = new RoomDirectory([room('tea'), closed, mine, room('here')], 'here');
    expect(directory.observable).toEqual(['tea', 'mine']);
    const users = ['1', '2'].map((id_socket) => ({ id_socket, id_user: 'ann', name: 'Ann' }));
    directory.receive({ type: 'presence', room: 'tea', users, partial: false }, 'me');
    expect(directory.entries[0]?.users).toBe(1);
    directory.disconnected();
    expect(directory.entries[0]?.users).toBeNull();
  });
});
