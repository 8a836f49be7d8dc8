import { EventEmitter } from 'node:events';
import type { Spark } from 'primus';
import { describe, expect, it } from 'vitest';
import { SlowReaders } from '../../server/limits/slow-readers.js';
import { MemoryPresence } from '../../server/presence/memory-presence.js';
import { ChatError } from '../../server/protocol/errors.js';
import type { EncodedFrames } from '../../server/rooms/frame-batch.js';
import type { RoomService, RoomSubscription } from '../../server/rooms/room-service.js';
import { ActivityRelay } from '../../server/sockets/activity-relay.js';
import { PresenceRelay } from '../../server/sockets/presence-relay.js';
import { SocketConnection } from '../../server/sockets/socket-connection.js';
import { TypingRelay } from '../../server/sockets/typing-relay.js';
import { createLog } from '../../server/telemetry/logger.js';
import { until } from '../support/until.js';

interface Frame {
  type: string;
  users?: { id_user: string }[];
}

/** A connection of Ann in a process of its own, and the frames that it has sent. */
function open() {
  const frames: Frame[] = [];
  const socket = Object.assign(new EventEmitter(), {
    readyState: 'open',
    transport: { name: 'polling' },
    send: (data: string) => frames.push(JSON.parse(data)),
  });
  const log = createLog({ log: 'silent' });
  const presence = new MemoryPresence(log, { windowMs: 1, typingEveryMs: 0 });
  const [presenceRelay, typingRelay] = [new PresenceRelay(presence), new TypingRelay(presence)];
  /** Each decides on one attempt to join. */
  const joins: { allow: () => void }[] = [];
  const subscription = { leave: () => {} } as unknown as RoomSubscription;
  const rooms = {
    join: () =>
      new Promise<RoomSubscription>((resolve) => joins.push({ allow: () => resolve(subscription) })),
  } as unknown as RoomService;
  const connection = new SocketConnection({ socket } as unknown as Spark, {
    limits: { join: async () => {} },
    log,
    rooms,
    presence,
    activityRelay: new ActivityRelay(() => () => {}),
    presenceRelay,
    slowReaders: new SlowReaders(),
    typingRelay,
  });
  connection.setSession({ id_user: 'ann', name: 'Ann', expires: null });
  const join = async (room: string) => {
    const joined = connection.join(room);
    joins.pop()?.allow();
    await joined;
    connection.followPeople(room);
  };
  const enter = (id_user: string, room: string) =>
    presence.enter(room, { id_socket: `socket of ${id_user}`, id_user, name: id_user });
  const type = (id_user: string, room: string) => presence.typing(room, { id_user, name: id_user });
  const of = (type: string) => frames.filter((frame) => frame.type === type);
  return { connection, joins, join, enter, type, of, presenceRelay };
}

const usersOf = (frame: Frame | undefined) => frame?.users?.map(({ id_user }) => id_user).toSorted();

describe('a socket connection', () => {
  it('a socket connection lists the rooms that it has entered, without those that it is still joining or has left', async () => {
    const { connection, joins, join } = open();
    await join('first');
    const second = connection.join('second');
    expect(connection.rooms).toEqual(['first']);
    joins.pop()?.allow();
    await second;
    expect(connection.rooms).toEqual(['first', 'second']);
    connection.leave('first');
    expect(connection.rooms).toEqual(['second']);
  });

  it('a socket connection drops presence and typing of a room while its rights are checked, and then sends who is present', async () => {
    const { connection, join, enter, type, of } = open();
    await join('room');
    await until('Ann is present', () => usersOf(of('presence').at(-1))?.includes('ann'));
    const sent = of('presence').length;
    const ends = [connection.onAccessCheck('room'), connection.onAccessCheck('room')];
    enter('bob', 'room');
    type('bob', 'room');
    await join('other');
    enter('bob', 'other');
    // Presence of both rooms is sent in the order in which it changed.
    await until('the other room shows Bob', () => JSON.stringify(of('presence')).includes('"bob"'));
    type('bob', 'other');
    expect(of('presence').slice(sent)).not.toContainEqual(expect.objectContaining({ room: 'room' }));
    expect(of('userTyping')).toEqual([expect.objectContaining({ room: 'other' })]);
    ends[0]?.();
    expect(of('presence').slice(sent)).not.toContainEqual(expect.objectContaining({ room: 'room' }));
    ends[1]?.();
    expect(of('presence').at(-1)).toMatchObject({ room: 'room' });
    expect(usersOf(of('presence').at(-1))).toEqual(['ann', 'bob']);
  });

  it('a socket connection sends no presence of a room after the check has ended the right to it', async () => {
    const { connection, join, enter, of } = open();
    await join('room');
    await until('Ann is present', () => usersOf(of('presence').at(-1))?.includes('ann'));
    const end = connection.onAccessCheck('room');
    enter('bob', 'room');
    await join('other');
    enter('bob', 'other');
    await until('the other room shows Bob', () => JSON.stringify(of('presence')).includes('"bob"'));
    connection.onAccessRevoked('room', new ChatError('not-a-member', 'gone'));
    const sent = of('presence').length;
    end();
    expect(of('presence')).toHaveLength(sent);
    expect(
      JSON.stringify(of('presence').filter((frame) => 'room' in frame && frame.room === 'room')),
    ).not.toContain('"bob"');
  });

  it('a socket connection holds presence that it observes while the right to it is checked', async () => {
    const { connection, enter, of, presenceRelay } = open();
    connection.observe(['room']);
    await until('the presence is sent', () => of('presence').length === 1);
    let allow = () => {};
    const check = () => new Promise<void>((resolve) => (allow = resolve));
    const checked = connection.recheckObserved('room', { authorise: check });
    enter('bob', 'room');
    let isSeen = false;
    const receivePeople = (_room: string, { json }: EncodedFrames) => {
      isSeen ||= json.join().includes('"bob"');
    };
    presenceRelay.follow('room', { receivePeople });
    await until('a witness sees Bob', () => isSeen);
    expect(of('presence')).toHaveLength(1);
    allow();
    await checked;
    await until('Bob is shown', () => JSON.stringify(of('presence')).includes('"bob"'));
  });
});
