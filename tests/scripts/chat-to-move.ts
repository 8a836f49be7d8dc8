import { expect } from 'vitest';
import { r as driver } from '../../server/database/connection/reql.js';
import type {
  Datum,
  DriverConnection,
  Query,
  RawTime,
  Reql,
} from '../../server/database/connection/reql-types.js';
import type { MessageRow } from '../../server/database/schema/rows.js';
import { createSchema } from '../../server/database/schema/schema.js';

export const MESSAGES = 3_000;

/** The terms for values that the server does not use. */
interface DriverTerms extends Reql {
  epochTime(seconds: number): Datum<RawTime> & { inTimezone(zone: string): Query<RawTime> };
  point(longitude: number, latitude: number): Query<unknown>;
}
const r = driver as DriverTerms;

/** Creates a chat with values of every kind that an export could lose. */
export async function fillChat(connection: DriverConnection, db: string): Promise<void> {
  await createSchema(connection, db);
  await fillMessages(connection);
  await fillAnnotations(connection);
  await fillFiles(connection);
  await fillPeople(connection);
  await fillForeignTable(connection);
}

export const idOfMessage = (i: number) => `m${`${i}`.padStart(5, '0')}`;

async function fillMessages(connection: DriverConnection): Promise<void> {
  const messages = r.table<MessageRow & { tags: string[] }>('messages');
  const rows = Array.from({ length: MESSAGES }, (_, i) => ({
    id: idOfMessage(i),
    room: i % 3 === 0 ? 'lobby' : 'Straße 7',
    body: `${'🦊 "quoted" \\ '.repeat(i % 9)}line\nseparator\u2028 ${i}`,
    sent: r.epochTime(1_700_000_000 + i + (i % 1000) / 1000).inTimezone('+05:30'),
    author: { id_user: `user ${i % 10}`, name: 'Ada' },
    tags: [`t${i % 5}`, 'all'],
  }));
  for (let i = 0; i < rows.length; i += 500) await messages.insert(rows.slice(i, i + 500)).run(connection);
  await messages.getAll(idOfMessage(7), idOfMessage(2_500)).update({ body: 'changed' }).run(connection);
  await messages.indexCreate('by_author', (row) => row('author')('id_user')).run(connection);
  await messages.indexCreate('tags', (row) => row('tags'), { multi: true }).run(connection);
  await messages.indexWait().run(connection);
}

async function fillAnnotations(connection: DriverConnection): Promise<void> {
  const reactions = ['👍', '🏳️‍🌈'].map((emoji) => ({
    id: [idOfMessage(7), 'user 1', emoji],
    room: 'Straße 7',
    created: r.now(),
  }));
  await r.table('reactions').insert(reactions).run(connection);
  const pin = { id: idOfMessage(7), room: 'Straße 7', id_user: 'user 1', created: r.now() };
  await r.table('pins').insert(pin).run(connection);
}

/** A file of several chunks, and a message that names it and replies to another one. */
async function fillFiles(connection: DriverConnection): Promise<void> {
  const file = { id: 'a file', name: 'harbour.bin', type: 'application/octet-stream', size: 600 };
  await r
    .table('files')
    .insert({ ...file, room: 'lobby', id_user: 'user 1', created: r.now() })
    .run(connection);
  const chunks = [0, 1].map((n) => ({ id: ['a file', n], data: r.binary(Buffer.alloc(300, n + 250)) }));
  await r.table('file_chunks').insert(chunks).run(connection);
  const fields = { body: 'hello <@user 1>', reply_to: idOfMessage(0), files: [file] };
  await r.table('messages').get(idOfMessage(3)).update(fields).run(connection);
}

async function fillPeople(connection: DriverConnection): Promise<void> {
  const users = Array.from({ length: 20 }, (_, i) => ({ id: `user ${i}`, name: `Name ${i}` }));
  await r.table('users').insert(users).run(connection);
  await r
    .table('rooms')
    .insert({
      id: 'Straße 7',
      topic: '',
      created: r.now(),
      access: 'private',
      owner: 'user 1',
      posting: 'moderators',
    })
    .run(connection);
  const members = users.map(({ id }) => ({
    id: ['Straße 7', id],
    joined: r.now(),
    role: 'moderator',
    read: null,
  }));
  await r.table('memberships').insert(members).run(connection);
  await r
    .table('invitations')
    .insert({ id: 'digest', room: 'Straße 7', expires: r.now(), uses_left: 3 })
    .run(connection);
  await r
    .table('join_requests')
    .insert({ id: ['Straße 7', 'user 9'], text: 'please' })
    .run(connection);
  await r.table('user_settings').insert({ id: 'user 1', theme: 'dark', language: 'de' }).run(connection);
  await r
    .table('credentials')
    .insert({ id: 'a digest', id_user: 'user 1', kind: 'recovery', created: r.now() })
    .run(connection);
  await r.table('nodes').insert({ id: 'a process', beat: 1 }).run(connection);
  await r.table('sessions').insert({ id: 'a login', id_user: 'ada', ends: new Date() }).run(connection);
}

/** A table of another program, with its own primary key and write hook. */
async function fillForeignTable(connection: DriverConnection): Promise<void> {
  await r.tableCreate('notes', { primaryKey: 'key' }).run(connection);
  const notes = r.table('notes');
  await notes.wait().run(connection);
  const stamp = (_context: unknown, _old: unknown, row: Datum) =>
    r.branch(row.eq(null), null, row.merge({ stamped: true }));
  await notes
    .insert([
      { key: 1.5, numbers: [5e-324, 0.1, 1e21, -1, 9_007_199_254_740_991], none: null, yes: true },
      { key: ['a', 1, false], 'a\u0000b': 'null\u0000byte' },
      { key: r.epochTime(1.5), deep: r.json(`${'['.repeat(40)}${']'.repeat(40)}`) },
      { key: r.binary(Buffer.from([0, 1, 255])), bytes: r.binary(Buffer.alloc(300, 'bytes\u0000')) },
      { key: 'place', place: r.point(-0.1, 51.5), '9': 'nine', '10': 'ten' },
      { key: 'empty', list: [], object: {}, text: '' },
    ])
    .run(connection);
  await notes.setWriteHook(stamp).run(connection);
}

/** Every row of a table by primary key, with times and binaries as the database holds them. */
export async function rowsIn(
  connection: DriverConnection,
  table: string,
  primaryKey = 'id',
): Promise<unknown[]> {
  const raw = { timeFormat: 'raw', binaryFormat: 'raw' } as const;
  const cursor = await r.table(table).orderBy({ index: primaryKey }).run(connection, raw);
  const rows = await cursor.toArray();
  // RethinkDB wraps base64 after 76 characters.
  return JSON.parse(JSON.stringify(rows).replaceAll('\\r\\n', ''));
}

/** The tables with rows that a move carries. */
const MOVED_TABLES = [
  ...['messages', 'reactions', 'pins', 'files', 'file_chunks'],
  ...[
    'rooms',
    'memberships',
    'invitations',
    'join_requests',
    'users',
    'user_settings',
    'credentials',
    'notes',
  ],
];

/** Expects equal rows in all tables of both databases. */
export async function expectEqual(from: DriverConnection, to: DriverConnection): Promise<void> {
  for (const table of MOVED_TABLES) {
    const primaryKey = table === 'notes' ? 'key' : 'id';
    const rows = await rowsIn(from, table, primaryKey);
    expect(rows.length).toBeGreaterThan(0);
    expect(await rowsIn(to, table, primaryKey)).toEqual(rows);
  }
}
