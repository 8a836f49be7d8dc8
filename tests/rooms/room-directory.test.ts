import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AccessControl } from '../../server/access/access-control.js';
import type { Database } from '../../server/database/connection/database.js';
import { r } from '../../server/database/connection/reql.js';
import { MAX_JOINED_ROOMS, MembershipTable } from '../../server/database/tables/membership-table.js';
import { Mentions } from '../../server/database/tables/mentions.js';
import { Messages } from '../../server/database/tables/messages.js';
import { RoomTable } from '../../server/database/tables/room-table.js';
import { UsedRooms } from '../../server/database/tables/used-rooms.js';
import { UserTable } from '../../server/database/tables/user-table.js';
import { MemoryPresence } from '../../server/presence/memory-presence.js';
import type { Position } from '../../server/protocol/message.js';
import { RoomCatalogue } from '../../server/rooms/room-catalogue.js';
import { RoomDirectory } from '../../server/rooms/room-directory.js';
import { LISTED_ROOMS, RoomListing } from '../../server/rooms/room-listing.js';
import { createLog } from '../../server/telemetry/logger.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { ann, bob, chatDatabase, unlimited } from '../support/stack.js';
import { until } from '../support/until.js';

const log = createLog({ log: 'silent' });
let on: TestDatabase;
let database: Database;
let messages: Messages;
let presence: MemoryPresence;
let catalogue: RoomCatalogue;
let directory: RoomDirectory;
beforeAll(async () => {
  on = await openDatabase();
  database = chatDatabase(on.address);
  database.start();
  await database.ready(30_000);
  messages = new Messages(database, log);
  const roomTable = new RoomTable(database, log);
  const memberships = new MembershipTable(database, log);
  const users = new UserTable(database, log);
  const access = new AccessControl({ rooms: roomTable, memberships });
  presence = new MemoryPresence(log);
  catalogue = new RoomCatalogue(roomTable, new UsedRooms(database));
  const listing = new RoomListing({ catalogue, presence, roomTable, now: Date.now });
  directory = new RoomDirectory({
    access,
    catalogue,
    limits: unlimited(),
    listing,
    memberships,
    mentions: new Mentions(database),
    messages,
    presence,
    roomTable,
    users,
  });
});
afterAll(async () => {
  await presence.stop();
  await database.stop();
  await on.stop();
});

let room: string;
beforeEach(() => {
  room = `room-${randomUUID()}`;
});

const say = async (body: string, author = bob): Promise<Position> => {
  const { sent, id } = (await messages.insert({ room, body, author })).message;
  return { sent, id };
};
const named = async (id_user: string, name = room) =>
  (await directory.list(id_user)).rooms.find((entry) => entry.name === name);

describe('creating a room', () => {
  test('a created room is listed for all users, and its creator is a member', async () => {
    const created = await directory.create({ name: room, topic: 'Tea', access: 'open', by: ann });
    expect(created).toEqual({
      name: room,
      topic: 'Tea',
      access: 'open',
      created: expect.any(Number),
      created_by: 'ann',
      owner: 'ann',
      joining: 'self',
      posting: 'all',
      archived: null,
      is_created: true,
      joined: true,
      role: 'owner',
      users: 0,
      unread: 0,
      mentions: 0,
    });
    expect(await named('ann')).toEqual(created);
    expect(await named('bob')).toEqual({
      ...created,
      joined: false,
      role: null,
      unread: null,
      mentions: null,
    });
  });

  test('creating a room of an existing name is refused and does not change it', async () => {
    await directory.create({ name: room, topic: 'first', access: 'open', by: ann });
    const again = directory.create({ name: room, topic: 'second', access: 'members', by: bob });
    await expect(again).rejects.toMatchObject({ code: 'room-exists', details: { field: 'name' } });
    expect(await named('bob')).toMatchObject({ topic: 'first', access: 'open', joined: false });
  });

  test('two users who create a room at the same time get one room, and one of them is its member', async () => {
    const attempts = await Promise.allSettled(
      [ann, bob].map((by) => directory.create({ name: room, topic: by.name, access: 'open', by })),
    );
    expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = attempts[0]!.status === 'fulfilled' ? ann : bob;
    expect(await named('ann')).toMatchObject({ created_by: winner.id_user, topic: winner.name });
    expect((await directory.members(room, 'ann')).members).toMatchObject([{ id_user: winner.id_user }]);
  });

  test('the lobby cannot be made a room for members', async () => {
    const closing = directory.create({ name: 'lobby', topic: '', access: 'members', by: ann });
    await expect(closing).rejects.toMatchObject({ code: 'room-exists' });
    expect(await directory.info('lobby', 'bob')).toMatchObject({ access: 'open', created: null });
  });
});

describe('joining', () => {
  test('joining and leaving may be repeated', async () => {
    await directory.join(room, ann);
    await directory.join(room, ann);
    expect(await named('ann')).toMatchObject({ joined: true, topic: '', created: null });
    expect(await named('bob')).toBeUndefined();
    await directory.leave(room, 'ann');
    await directory.leave(room, 'ann');
    expect(await named('ann')).toBeUndefined();
  });

  test('joining makes a user a member of a room for members', async () => {
    await directory.create({ name: room, topic: '', access: 'members', by: ann });
    await expect(directory.members(room, 'bob')).rejects.toMatchObject({ code: 'not-a-member' });
    await directory.join(room, bob);
    expect((await directory.members(room, 'bob')).members.map(({ id_user }) => id_user)).toEqual([
      'ann',
      'bob',
    ]);
    await directory.leave(room, 'bob');
    await expect(directory.present(room, 'bob')).rejects.toMatchObject({ code: 'not-a-member' });
  });

  test('members are listed by the name with which they joined unless they have chosen another', async () => {
    const guest = { id_user: randomUUID(), name: 'Guest 1234' };
    await directory.join(room, guest);
    expect((await directory.members(room, '')).members).toEqual([
      { ...guest, role: 'member', joined: expect.any(Number), present: false },
    ]);
    await directory.join(`${room}-2`, { ...guest, name: 'Guest 9999' });
    expect((await directory.members(`${room}-2`, '')).members).toMatchObject([{ name: 'Guest 1234' }]);
  });
});

describe('unread messages', () => {
  test('messages after the reading position are unread, those of the same millisecond included', async () => {
    await directory.join(room, ann);
    const connection = await on.connect();
    const sent = Date.now() + 1_000;
    const rows = ['a', 'b', 'c'].map((id) => ({
      id: `${room}-${id}`,
      room,
      body: id,
      sent: r.epochTime(sent / 1000),
    }));
    await r.table('messages').insert(rows).run(connection);
    await directory.markRead(room, 'ann', { sent, id: `${room}-a` });
    expect(await named('ann')).toMatchObject({ unread: 2 });
  });

  test('messages since joining are unread before the first reading', async () => {
    await say('before');
    await directory.join(room, ann);
    expect(await named('ann')).toMatchObject({ unread: 0 });
    await say('one');
    await say('two');
    expect(await directory.info(room, 'ann')).toMatchObject({ unread: 2 });
    expect(await directory.info(room, 'bob')).toMatchObject({ joined: false, unread: null });
  });

  test('a reading position only moves forward', async () => {
    await directory.join(room, ann);
    const first = await say('one');
    const second = await say('two');
    expect(await directory.markRead(room, 'ann', second)).toEqual(second);
    expect(await directory.markRead(room, 'ann', first)).toEqual(second);
    expect(await named('ann')).toMatchObject({ unread: 0 });
  });

  test('reading positions are stored for members only', async () => {
    const marking = directory.markRead(room, 'ann', { sent: Date.now(), id: 'x' });
    await expect(marking).rejects.toMatchObject({ code: 'not-a-member' });
  });

  test('unread messages are counted up to a hundred', async () => {
    await directory.join(room, ann);
    const connection = await on.connect();
    const rows = Array.from({ length: 130 }, (_, i) => ({
      room,
      body: 'x',
      sent: r.epochTime((Date.now() + i) / 1000),
    }));
    await r.table('messages').insert(rows).run(connection);
    expect(await named('ann')).toMatchObject({ unread: 100 });
  });

  test('unread messages are counted for each of many rooms', async () => {
    const reader = { id_user: randomUUID(), name: 'Reader' };
    const names = Array.from({ length: 30 }, (_, i) => `${room}-${i}`);
    await Promise.all(names.map((name) => directory.join(name, reader)));
    await Promise.all(
      names.map((name, i) => i % 2 && messages.insert({ room: name, body: 'x', author: bob })),
    );
    for (const [i, name] of names.entries())
      expect(await named(reader.id_user, name)).toMatchObject({ unread: i % 2 });
  });
});

describe('the list', () => {
  test('the list has joined rooms first, by name, then the others by the number of users present', async () => {
    const reader = { id_user: randomUUID(), name: 'Reader' };
    const ours = (name: string) => `${room}-${name}`;
    for (const name of ['quiet', 'busy'])
      await directory.create({ name: ours(name), topic: '', access: 'open', by: ann });
    for (const name of ['zebra', 'apple']) await directory.join(ours(name), reader);
    presence.enter(ours('busy'), { id_socket: '1', ...ann });
    presence.enter(ours('busy'), { id_socket: '2', ...ann });
    presence.enter(ours('busy'), { id_socket: '3', ...bob });
    const list = (await directory.list(reader.id_user)).rooms.filter(({ name }) => name.startsWith(room));
    expect(list.map(({ name, users }) => [name, users])).toEqual([
      [ours('apple'), 0],
      [ours('zebra'), 0],
      [ours('busy'), 2],
      [ours('quiet'), 0],
    ]);
  });

  test('the list shows that a room for members exists, but not its users or their number', async () => {
    await directory.create({ name: room, topic: 'Plans', access: 'members', by: ann });
    presence.enter(room, { id_socket: '4', ...ann });
    expect(await named('bob')).toMatchObject({
      topic: 'Plans',
      access: 'members',
      users: null,
      unread: null,
    });
    expect(await named('ann')).toMatchObject({ users: 1 });
    await expect(directory.present(room, 'bob')).rejects.toMatchObject({ code: 'not-a-member' });
  });
});

describe('a room that is used before it is created', () => {
  test('a used room can be created by one of its authors only, and stays open', async () => {
    await say('hello', bob);
    const claim = (by: typeof ann, access: 'open' | 'members') =>
      directory.create({ name: room, topic: 'mine', access, by });
    await expect(claim(ann, 'members')).rejects.toMatchObject({ code: 'room-in-use' });
    await expect(claim(ann, 'open')).rejects.toMatchObject({ code: 'room-in-use' });
    await say('hello, too', ann);
    await expect(claim(ann, 'members')).rejects.toMatchObject({
      code: 'room-in-use',
      details: { field: 'access' },
    });
    expect(await directory.info(room, 'ann')).toMatchObject({ created: null, joined: false });
    expect(await claim(ann, 'open')).toMatchObject({ topic: 'mine', access: 'open' });
  });

  test('a used room can be made a room for members by its only author', async () => {
    await say('a note to myself', ann);
    const created = await directory.create({ name: room, topic: '', access: 'members', by: ann });
    expect(created).toMatchObject({ access: 'members' });
  });

  test('a used room cannot be made a room for members while another user is present', async () => {
    presence.enter(room, { id_socket: `${room}-bob`, ...bob });
    const closing = directory.create({ name: room, topic: '', access: 'members', by: ann });
    await expect(closing).rejects.toMatchObject({ code: 'room-in-use' });
    presence.leave(room, `${room}-bob`);
    expect(await directory.create({ name: room, topic: '', access: 'members', by: ann })).toBeDefined();
  });
});

describe('with many rows', () => {
  test('with many rooms the list shows the busy and the newest, and pages contain all of them', async () => {
    const connection = await on.connect();
    const names = Array.from({ length: 3 * LISTED_ROOMS }, (_, i) => `${room} ${String(i).padStart(3, '0')}`);
    const created = (i: number) => r.epochTime(Date.now() / 1000 + i);
    await r
      .table('rooms')
      .insert(names.map((name, i) => ({ id: name, name, created: created(names.length - i) })))
      .run(connection);
    const busy = names.at(-1)!;
    presence.enter(busy, { id_socket: `${room}-busy`, ...bob });
    const list = await directory.list('ann-of-few-rooms');
    expect(list.isWhole).toBe(false);
    expect(list.rooms).toHaveLength(LISTED_ROOMS);
    expect(list.rooms.find(({ name }) => name === busy)).toMatchObject({ users: 1 });
    expect(list.rooms.map(({ name }) => name)).toContain(names[0]);
    presence.leave(busy, `${room}-busy`);

    const paged: string[] = [];
    let after: string | null = null;
    do {
      const page = await directory.page(after, 70, 'ann');
      paged.push(...page.rooms.map(({ name }) => name));
      after = page.next;
    } while (after !== null);
    expect(new Set(paged).size).toBe(paged.length);
    expect(paged.filter((name) => names.includes(name))).toEqual(names);
  });

  test('members are listed page by page in the order of joining', async () => {
    const connection = await on.connect();
    const rows = Array.from({ length: 25 }, (_, i) => ({
      id: [room, `member ${i}`],
      joined: r.epochTime(1_700_000_000 + Math.floor(i / 10)),
    }));
    await r.table('memberships').insert(rows).run(connection);
    const first = await directory.members(room, 'ann', null, 10);
    const second = await directory.members(room, 'ann', first.next, 10);
    const third = await directory.members(room, 'ann', second.next, 10);
    expect([first.members.length, second.members.length, third.members.length]).toEqual([10, 10, 5]);
    expect(third.next).toBeNull();
    const ids = [first, second, third].flatMap(({ members }) => members.map(({ id_user }) => id_user));
    expect(new Set(ids).size).toBe(25);
    expect([first.total, second.total, third.total]).toEqual([25, 25, 25]);
    await r.table('memberships').get([room, 'member 3']).delete().run(connection);
    await until(
      'the changed number',
      async () => (await directory.members(room, 'ann', null, 10)).total === 24,
    );
  });

  test('the list of members marks those who are present', async () => {
    for (const id_user of ['ann', 'bob']) await directory.join(room, { id_user, name: id_user });
    presence.enter(room, { id_socket: 's', id_user: 'bob', name: 'bob' });
    const { members, total } = await directory.members(room, 'ann');
    expect(members.map(({ id_user, present }) => [id_user, present])).toEqual([
      ['ann', false],
      ['bob', true],
    ]);
    expect(total).toBe(2);
  });

  test('a user at the limit of joined rooms can join another one after leaving one', async () => {
    const guest = { id_user: randomUUID(), name: 'Guest 1' };
    const connection = await on.connect();
    const rows = Array.from({ length: MAX_JOINED_ROOMS }, (_, i) => ({
      id: [`${room} ${i}`, guest.id_user],
      room: `${room} ${i}`,
      id_user: guest.id_user,
    }));
    await r.table('memberships').insert(rows).run(connection);
    await expect(directory.join(room, guest)).rejects.toMatchObject({
      code: 'too-many-rooms',
      details: { limit: MAX_JOINED_ROOMS },
    });
    expect((await directory.list(guest.id_user)).rooms.length).toBeLessThanOrEqual(
      MAX_JOINED_ROOMS + LISTED_ROOMS,
    );
    await directory.leave(`${room} 0`, guest.id_user);
    await directory.join(room, guest);
  });
});
