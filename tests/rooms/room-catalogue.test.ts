import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../server/database/connection/database.js';
import { r } from '../../server/database/connection/reql.js';
import { RoomTable } from '../../server/database/tables/room-table.js';
import { UsedRooms } from '../../server/database/tables/used-rooms.js';
import { MemoryPresence } from '../../server/presence/memory-presence.js';
import { RoomCatalogue } from '../../server/rooms/room-catalogue.js';
import { LISTED_ROOMS, RoomListing } from '../../server/rooms/room-listing.js';
import { SharedRoomList } from '../../server/rooms/shared-room-list.js';
import { createLog } from '../../server/telemetry/logger.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { chatDatabase } from '../support/stack.js';
import { until } from '../support/until.js';

const log = createLog({ log: 'silent' });
let on: TestDatabase;
let database: Database;
let roomTable: RoomTable;
let usedRooms: UsedRooms;
let catalogue: RoomCatalogue;
let presence: MemoryPresence;

/** In the order of UTF-8, which differs from JavaScript's for the last two. */
const USED = ['a', 'a/b', 'lobby', 'tea', 'z'.repeat(64), 'é', '日本'.repeat(32), '\uff5e', '😀'.repeat(60)];

beforeAll(async () => {
  on = await openDatabase();
  database = chatDatabase(on.address);
  database.start();
  await database.ready(30_000);
  roomTable = new RoomTable(database, log);
  usedRooms = new UsedRooms(database);
  catalogue = new RoomCatalogue(roomTable, usedRooms);
  presence = new MemoryPresence(log);
  const rows = USED.flatMap((room, i) => [1, 2, 3].map((n) => ({ id: `${i} ${n}`, room, body: 'x' })));
  await database.run(database.table({ name: 'messages', indexes: {} }).insert(rows));
});
afterAll(async () => {
  await presence?.stop();
  await database?.stop();
  await on?.stop();
});

const insertRooms = (...rows: object[]) =>
  database.run(database.table({ name: 'rooms', indexes: {} }).insert(rows));

describe('used rooms', () => {
  test('each room with messages is found once, in the order of the database', async () => {
    expect(await usedRooms.after(null, 100)).toEqual(USED);
  });

  test.each([1, 2, 3, 8, 9])('pages of %d rooms contain all rooms', async (limit) => {
    const found: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await usedRooms.after(after, limit);
      found.push(...page);
      if (page.length < limit) break;
      after = page.at(-1) ?? null;
    }
    expect(found).toEqual(USED);
  });

  test('rooms with messages are distinguished from others', async () => {
    expect(await usedRooms.among(['tea', 'te', 'teas', 'z'.repeat(64), 'z'.repeat(63)])).toEqual([
      'tea',
      'z'.repeat(64),
    ]);
    expect(await usedRooms.among([])).toEqual([]);
  });
});

describe('the catalogue of rooms', () => {
  beforeAll(async () => {
    const messages = ['hidden', 'one open row'].map((room) => ({ room, body: 'secret' }));
    await database.run(database.table({ name: 'messages', indexes: {} }).insert(messages));
    await insertRooms(
      { id: 'b', topic: 'By hand' },
      { id: 'tea', topic: 'Created and used', created: r.now() },
      { id: 'two rows', access: 'open' },
      { id: 'another id', name: 'two rows', access: 'members' },
      { id: '\u{10ffff}', access: 'members' },
      { id: 'hidden', access: 'private' },
      { id: 'lobbyist', access: 'invented' },
      { id: 'one open row', access: 'open' },
      { id: 'one private row', name: 'one open row', access: 'private' },
    );
  });
  const ALL = ['a', 'a/b', 'b', 'lobby', 'tea', 'two rows', ...USED.slice(4), '\u{10ffff}'];

  test('the catalogue has created and used rooms once each, and says which were created', async () => {
    const { rooms, next } = await catalogue.page(null, 100);
    expect(rooms.map(({ name }) => name)).toEqual(ALL);
    expect(next).toBeNull();
    expect(rooms.filter(({ is_created }) => is_created).map(({ name }) => name)).toEqual([
      'b',
      'tea',
      'two rows',
      '\u{10ffff}',
    ]);
    expect(rooms.find(({ name }) => name === 'tea')).toMatchObject({ topic: 'Created and used' });
    expect(rooms.find(({ name }) => name === 'two rows')).toMatchObject({ access: 'members' });
    expect(rooms.find(({ name }) => name === 'lobby')).toMatchObject({ access: 'open', created: null });
  });

  test.each([1, 2, 3, 5, 12, 13])(
    'pages of %d entries of the catalogue contain all rooms in order',
    async (limit) => {
      const found: string[] = [];
      for (let after: string | null = null; ; ) {
        const { rooms, next } = await catalogue.page(after, limit);
        expect(rooms.length).toBeLessThanOrEqual(limit);
        found.push(...rooms.map(({ name }) => name));
        if (next === null) break;
        after = next;
      }
      expect(found).toEqual(ALL);
    },
  );

  test('private rooms, and rooms of an unknown access, are neither listed nor found', async () => {
    const hidden = ['hidden', 'lobbyist', 'one open row', 'one private row'];
    expect(await catalogue.find(hidden)).toEqual([]);
    expect((await catalogue.newest(100)).map(({ name }) => name)).toEqual(['tea']);
  });

  test('a room whose last message is deleted is not in the catalogue any more', async () => {
    await database.run(
      database.table({ name: 'messages', indexes: {} }).insert({ id: 'only', room: 'gone', body: 'x' }),
    );
    expect(await catalogue.find(['gone', 'never', 'b'])).toMatchObject([
      { name: 'gone', is_created: false },
      { name: 'b', is_created: true },
    ]);
    await database.run(database.table({ name: 'messages', indexes: {} }).get('only').delete());
    expect(await catalogue.find(['gone'])).toEqual([]);
  });

  test('the shared list hides the users of rooms for members, and is read once for concurrent callers', async () => {
    const listing = new RoomListing({ catalogue, presence, roomTable, now: () => 0 });
    const shared = new SharedRoomList({ catalogue, listing, presence });
    presence.enter('lobby', { id_socket: 's1', id_user: 'ann', name: 'Ann' });
    presence.enter('two rows', { id_socket: 's2', id_user: 'ann', name: 'Ann' });
    await until('changes of rooms are followed', () => roomTable.cache.isFollowing);
    const [first, second] = await Promise.all([shared.firstPage(), shared.firstPage()]);
    expect(first).toBe(second);
    expect(await shared.firstPage()).toBe(first);
    expect(first.rooms.find(({ name }) => name === 'lobby')).toMatchObject({ users: 1 });
    expect(first.rooms.find(({ name }) => name === 'two rows')).toEqual({
      name: 'two rows',
      topic: '',
      access: 'members',
      is_created: true,
      users: null,
    });
    await insertRooms({ id: 'new' });
    await until('the new room is listed', async () =>
      (await shared.firstPage()).rooms.some(({ name }) => name === 'new'),
    );
  });

  test('with more rooms than a list has, a used room with users present is listed', async () => {
    const listing = new RoomListing({ catalogue, presence, roomTable, now: () => 0 });
    await insertRooms(
      ...Array.from({ length: LISTED_ROOMS }, (_, n) => ({ id: `a ${n}`, created: r.now() })),
    );
    const last = '\u{10fffe}';
    await database.run(database.table({ name: 'messages', indexes: {} }).insert({ room: last, body: 'x' }));
    presence.enter(last, { id_socket: 's3', id_user: 'ann', name: 'Ann' });
    presence.enter('opened by mistake', { id_socket: 's4', id_user: 'ann', name: 'Ann' });
    await until('the list is incomplete', async () => !(await listing.read()).isWhole);
    const names = (await listing.read()).rooms.map(({ name }) => name);
    expect(names).toContain(last);
    expect(names).not.toContain('opened by mistake');
  });
});
