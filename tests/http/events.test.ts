import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { EventSource } from 'eventsource';
import express from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AccessControl } from '../../server/access/access-control.js';
import { guestAuthenticator } from '../../server/auth/authenticator.js';
import { Guests } from '../../server/auth/guest.js';
import { OriginPolicy } from '../../server/auth/origin-policy.js';
import { Playground } from '../../server/auth/playground.js';
import { type DriverConnection, r } from '../../server/database/connection/reql.js';
import { MembershipTable } from '../../server/database/tables/membership-table.js';
import { Messages } from '../../server/database/tables/messages.js';
import { RoomTable } from '../../server/database/tables/room-table.js';
import { UserTable } from '../../server/database/tables/user-table.js';
import type { EventStreamOptions } from '../../server/http/api/event-stream.js';
import { eventEndpoints } from '../../server/http/api/events.js';
import { problemHandler } from '../../server/http/middleware/problems.js';
import { serve as serveEndpoints } from '../../server/http/openapi/endpoint.js';
import { Visitors } from '../../server/http/visitors.js';
import { SlowReaders } from '../../server/limits/slow-readers.js';
import { DEFAULT_SETTINGS } from '../../server/protocol/user-settings.js';
import { MembershipNews } from '../../server/rooms/membership-news.js';
import { RoomService, type RoomSubscription } from '../../server/rooms/room-service.js';
import { createLog } from '../../server/telemetry/logger.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { withoutSecuredNames } from '../support/secured-names.js';
import { ann, chatDatabase, type Stack, startStack, unlimited } from '../support/stack.js';
import { until } from '../support/until.js';
import { View } from '../support/view.js';
import { EventReader } from './event-reader.js';

let database: TestDatabase;
let stack: Stack;
let connection: DriverConnection;
let users: UserTable;
let membershipNews: MembershipNews;
const log = createLog({ log: 'silent' });
beforeAll(async () => {
  database = await openDatabase();
  stack = await startStack(database);
  users = new UserTable(stack.database, log);
  const table = new MembershipTable(stack.database, log);
  membershipNews = new MembershipNews({ memberships: table, users, log });
  await until('the changefeed of memberships', () => table.cache.isFollowing);
  connection = await database.connect();
});
afterAll(async () => {
  await stack.stop();
  await database.stop();
});

let room: string;
let server: Server;
let stopping: AbortController;
const readers: EventReader[] = [];
const memberships: RoomSubscription[] = [];
beforeEach(async () => {
  room = `room-${randomUUID()}`;
  await serve();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  for (const membership of memberships.splice(0)) membership.leave();
  await stopServing();
});

const guests = new Guests({ secret: 'a secret for tests', secure: false });
const authenticator = guestAuthenticator(guests, withoutSecuredNames);

/** Serves event streams with these options. */
async function serve(
  events: Partial<EventStreamOptions> = {},
  rooms = stack.rooms,
  slowReaders = new SlowReaders(),
): Promise<void> {
  if (server?.listening) await stopServing();
  stopping = new AbortController();
  const visitors = new Visitors({
    authenticator,
    guests,
    limits: unlimited(),
    settings: { get: async () => DEFAULT_SETTINGS, change: async () => DEFAULT_SETTINGS },
    users,
    playground: new Playground(users, { isOn: false }),
    origins: new OriginPolicy({ allowedOrigins: [], trust: () => false }),
  });
  const parts = {
    membershipNews,
    limits: unlimited(),
    rooms,
    slowReaders,
    visitors,
    stopping: stopping.signal,
    events,
  };
  const routes = serveEndpoints(eventEndpoints(parts));
  server = createServer(express().use(routes, problemHandler(log)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function stopServing(): Promise<unknown> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  return closed;
}

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/rooms/${room}/events`;

function read(query = '', headers: Record<string, string> = {}): EventReader {
  const reader = new EventReader(`${address()}${query}`, headers);
  readers.push(reader);
  return reader;
}

/** Reconnects with the last event id of a disconnected reader. */
const readOn = ({ lastId }: EventReader) => read('', { 'last-event-id': lastId });

const say = async (body: string) => (await stack.messages.insert({ room, body, author: ann })).message;

async function sayAll(...bodies: string[]): Promise<void> {
  for (const body of bodies) await say(body);
}

/** Keeps the room open with a subscriber. */
async function stay(): Promise<RoomSubscription> {
  const membership = await stack.rooms.join(room, new View());
  memberships.push(membership);
  return membership;
}

describe('following a room', () => {
  test('an event stream begins with the existing messages, oldest first, and continues with new ones', async () => {
    await sayAll('one', 'two');
    const reader = read();
    await reader.endsWith('one', 'two', 'state');
    await say('three');
    await reader.endsWith('three');
    expect(reader.story).toEqual(['one', 'two', 'state', 'three']);
    expect(reader.events[0]).toEqual({ retry: '2000' });
    expect(reader.response!.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
  });

  test('an event stream reports the members who join and leave, without ids', async () => {
    const reader = read();
    await reader.endsWith('state');
    const { lastId } = reader;
    const id = [room, 'mary'];
    await r.table('memberships').insert({ id }).run(connection);
    await reader.endsWith('state', 'join');
    await r.table('memberships').get(id).delete().run(connection);
    await reader.endsWith('join', 'leave');
    const [join, leave] = reader.events.slice(-2).map(({ data }) => JSON.parse(data!));
    const user = { id_user: 'mary', name: null };
    expect(join).toEqual({ type: 'memberJoined', room, user, at: expect.any(Number) });
    expect(leave).toMatchObject({ type: 'memberLeft', room, id_user: 'mary', user });
    expect(reader.lastId).toBe(lastId);
    await say('after them');
    await reader.endsWith('after them');
    expect(reader.lastId).not.toBe(lastId);
  });

  test('an event stream carries the same frames as a socket', async () => {
    const message = await say('hello');
    const reader = read();
    await reader.endsWith('hello', 'state');
    const data = reader.events.slice(1).map(({ data }) => JSON.parse(data!));
    expect(data).toEqual([
      { type: 'deliverMessage', message },
      { type: 'roomState', room, live: true },
    ]);
  });

  test('an event stream repeats an edited message and announces deletions', async () => {
    const { id } = await say('first');
    const reader = read();
    await reader.endsWith('first', 'state');
    await stack.messages.edit({ room, id, body: 'second', by: ann.id_user });
    await reader.endsWith('second');
    await stack.messages.remove({ room, id, by: ann.id_user });
    await reader.endsWith('remove');
    const [edited, removed] = reader.events.slice(-2).map(({ data }) => JSON.parse(data!));
    expect(edited.message).toMatchObject({ id, edited: expect.any(Number) });
    expect(removed).toEqual({ type: 'removeMessage', room, id });
  });

  test('an event stream begins with the requested number of the newest messages', async () => {
    await sayAll('one', 'two', 'three');
    const [two, none] = [read('?limit=2'), read('?limit=0')];
    await two.endsWith('two', 'three', 'state');
    await none.endsWith('state');
    expect(two.story).toEqual(['two', 'three', 'state']);
    expect(none.story).toEqual(['state']);
  });

  test('an event stream contains no messages of other rooms', async () => {
    const reader = read();
    await reader.endsWith('state');
    await stack.messages.insert({ room: `${room}-other`, body: 'elsewhere', author: ann });
    await say('here');
    await reader.endsWith('here');
    expect(reader.story).toEqual(['state', 'here']);
  });

  test('all event streams of a room receive the same events', async () => {
    const all = Array.from({ length: 20 }, () => read());
    await Promise.all(all.map((reader) => reader.endsWith('state')));
    await sayAll('one', 'two');
    await Promise.all(all.map((reader) => reader.endsWith('one', 'two')));
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
  });

  test('closing an event stream ends its subscription to the room', async () => {
    const { room: followed } = await stay();
    const reader = read();
    await reader.endsWith('state');
    expect(followed.size).toBe(2);
    reader.close();
    await until('the reader has left', () => followed.size === 1);
  });

  test('an idle event stream sends comments regularly', async () => {
    await serve({ heartbeatMs: 5 });
    const reader = read();
    await until('two comments', () => reader.text.split('\n: ').length > 2);
    await say('hello');
    await reader.endsWith('state', 'hello');
  });
});

describe('reconnection of an event stream', () => {
  test('a reader that reconnects receives exactly the missed events', async () => {
    await stay();
    const first = read();
    await first.endsWith('state');
    await sayAll('one', 'two');
    await first.endsWith('two');
    first.close();
    const { id } = await say('three');
    await stack.messages.remove({ room, id, by: ann.id_user });
    const second = readOn(first);
    await second.endsWith('remove');
    await say('four');
    await second.endsWith('four');
    expect(second.story).toEqual(['three', 'remove', 'four']);
  });

  test('a reader that reconnects without missed events receives nothing', async () => {
    await stay();
    await say('before');
    const first = read();
    await first.endsWith('before', 'state');
    first.close();
    const second = readOn(first);
    await until('an answer', () => second.text);
    await say('after');
    await second.endsWith('after');
    expect(second.story).toEqual(['after']);
  });

  test('the last event id can be a query parameter, and the header takes precedence', async () => {
    await stay();
    const first = read();
    await first.endsWith('state');
    const start = first.lastId;
    await sayAll('one', 'two');
    await first.endsWith('one', 'two');
    const byAddress = read(`?lastEventId=${start}`);
    await byAddress.endsWith('one', 'two');
    expect(byAddress.story).toEqual(['one', 'two']);
    const byBoth = read(`?lastEventId=${start}`, { 'last-event-id': first.events.at(-2)!.id! });
    await byBoth.endsWith('two');
    expect(byBoth.story).toEqual(['two']);
  });

  test('a reader that reconnects gets a reset if the room was closed in between', async () => {
    await sayAll('one', 'two');
    const first = read();
    await first.endsWith('two', 'state');
    first.close();
    await until('the room is closed', () => stack.rooms.size === 0);
    const second = readOn(first);
    await second.endsWith('reset', 'one', 'two', 'state');
    expect(JSON.parse(second.events[1]!.data!)).toEqual({ type: 'reset', room });
    expect(second.story).toEqual(['reset', 'one', 'two', 'state']);
  });

  test('a reader that reconnects gets a reset if it missed too many events', async () => {
    const { room: followed } = await stay();
    const first = read();
    await first.endsWith('state');
    first.close();
    const rows = Array.from({ length: 600 }, (_, i) => ({
      room,
      body: `${i}`,
      sent: r.epochTime(1_700_000_000 + i),
    }));
    await r.table('messages').insert(rows).run(connection);
    await until('the room has delivered it', () => followed.last >= 600 - 1);
    const second = readOn(first);
    await second.endsWith('598', '599', 'state');
    expect(second.story.slice(0, 2)).toEqual(['reset', '500']);
    expect(second.story).toHaveLength(102);
  });

  test.each(['nonsense', '.', '.1', 'x.-1', 'x.1.2', 'EPOCH.1000000', 'EPOCH.', 'EPOCH.NaN', 'EPOCH.1e3'])(
    'a reader that reconnects with an unknown event id gets a reset: %s',
    async (id) => {
      const { room: followed } = await stay();
      await say('one');
      const reader = read('', { 'last-event-id': id.replace('EPOCH', followed.epoch) });
      await reader.endsWith('reset', 'one', 'state');
    },
  );

  test('a reader that was disconnected within the window receives the whole window again', async () => {
    await sayAll('one', 'two');
    const reader = read();
    await reader.endsWith('two', 'state');
    expect(reader.events.filter(({ id }) => id !== undefined).map(({ event }) => event)).toEqual(['state']);
  });

  test('the copy of an EventSource equals the table after any number of disconnections', async () => {
    await serve({ retryMs: 10 });
    await sayAll('0');
    const shown = new Map<string, string>();
    const source = new EventSource(address());
    source.addEventListener('message', ({ data }) => {
      const { message } = JSON.parse(data);
      shown.set(message.id, message.body);
    });
    source.addEventListener('remove', ({ data }) => void shown.delete(JSON.parse(data).id));
    source.addEventListener('reset', () => shown.clear());
    try {
      await until('the first message', () => shown.size === 1);
      for (let i = 1; i <= 10; i += 1) {
        server.closeAllConnections();
        const { id } = await say(`${i}`);
        if (i % 3 === 0) await stack.messages.remove({ room, id, by: ann.id_user });
        if (i % 3 === 1) await stack.messages.edit({ room, id, body: `${i}, edited`, by: ann.id_user });
      }
      await say('last');
      const table = async () =>
        (await stack.messages.latest(room, 100)).messages.map(({ id, body }) => [id, body]);
      const expected = new Map((await table()) as [string, string][]);
      await until('what the table holds', () => [...shown.values()].includes('last'));
      await until(`${[...expected.values()]}`, () => {
        return shown.size === expected.size && [...expected].every(([id, body]) => shown.get(id) === body);
      });
    } finally {
      source.close();
    }
  });
});

describe('a slow reader of an event stream', () => {
  function sleep(): Socket {
    const sleeper = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sleeper.on('error', () => {});
    sleeper.pause();
    sleeper.write(`GET /api/rooms/${room}/events HTTP/1.1\r\nHost: x\r\n\r\n`);
    return sleeper;
  }

  test('a slow reader is disconnected when all slow readers of the process exceed their common budget', async () => {
    await serve({ maxUnreadBytes: Number.POSITIVE_INFINITY }, stack.rooms, new SlowReaders(2_000_000));
    const { room: followed } = await stay();
    const sleepers = [sleep(), sleep(), sleep()];
    await until('the sleepers are in the room', () => followed.size === 4);
    const body = '🦉'.repeat(4000);
    for (let said = 0; followed.size === 4 && said < 5_000; said += 50) {
      await Promise.all(Array.from({ length: 50 }, () => say(body)));
    }
    await until('a sleeper is out of the room', () => followed.size < 4);
    for (const sleeper of sleepers) sleeper.destroy();
  });

  test('a slow reader is disconnected, and other readers receive every event', async () => {
    await serve({ maxUnreadBytes: 100_000 });
    const { room: followed } = await stay();
    const reader = read();
    await reader.endsWith('state');
    const sleeper = sleep();
    await until('the sleeper is in the room', () => followed.size === 3);
    // The operating system buffers some megabytes before data is buffered in the process.
    const body = '🦉'.repeat(4000);
    let said = 0;
    for (; followed.size === 3 && said < 5_000; said += 50) {
      await Promise.all(Array.from({ length: 50 }, () => say(body)));
    }
    await until('the sleeper is out of the room', () => followed.size === 2);
    await say('last');
    await reader.endsWith('last');
    expect(reader.story).toHaveLength(1 + said + 1);
    sleeper.destroy();
  });

  test('a slow reader may read a first window that is larger than the budget', async () => {
    await serve({ maxUnreadBytes: 1_000 });
    await Promise.all(Array.from({ length: 100 }, () => say('🦉'.repeat(4000))));
    const reader = read();
    await until('an answer', () => reader.response);
    await say('live');
    await reader.endsWith('state', 'live');
    expect(reader.story).toHaveLength(102);
  });
});

describe('refused event streams', () => {
  test.each([
    ['limit=101', { code: 'bad-limit', field: 'limit', limit: 100 }],
    ['limit=-1', { code: 'bad-limit' }],
    ['limit=x', { code: 'bad-limit' }],
  ])('an event stream is refused for an invalid query: %s', async (query, problem) => {
    const response = await fetch(`${address()}?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject(problem);
  });

  test('an event stream is refused for an invalid room name', async () => {
    room = 'x'.repeat(65);
    const response = await fetch(address());
    expect(await response.json()).toMatchObject({ status: 400, code: 'bad-room', limit: 64 });
  });

  test('an event stream is refused if the client does not accept text/event-stream', async () => {
    const response = await fetch(address(), { headers: { accept: 'application/json' } });
    expect(await response.json()).toMatchObject({ status: 406, code: 'not-acceptable' });
  });

  test('an event stream of an unknown room is refused while the database is unavailable', async () => {
    const log = createLog({ log: 'silent' });
    const link = chatDatabase(database.at(1));
    link.start();
    const access = new AccessControl({
      rooms: new RoomTable(link, log),
      memberships: new MembershipTable(link, log),
    });
    const rooms = new RoomService(
      new Messages(link, log),
      {
        namesFor: async () => ({}),
        namesOf: async () => ({}),
        introduce: async () => {},
        noteFirst: () => {},
      },
      access,
      unlimited(),
      log,
      { readyMs: 10 },
    );
    await serve({}, rooms);
    const response = await fetch(address());
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ status: 503, code: 'database-unavailable' });
    rooms.close();
    await link.stop();
  });
});

describe('event streams of a stopping server', () => {
  test('a stopping server ends event streams with different retry delays', async () => {
    const all = Array.from({ length: 5 }, () => read());
    await Promise.all(all.map((reader) => reader.endsWith('state')));
    stopping.abort();
    await until('all have ended', () => all.every(({ ended }) => ended));
    const moments = all.map(({ events }) => Number(events.at(-1)!.retry));
    expect(moments.every((ms) => ms >= 1_000 && ms <= 5_000)).toBe(true);
    expect(new Set(moments).size).toBeGreaterThan(1);
    // Nothing keeps the server from closing.
    await new Promise((resolve) => server.close(resolve));
  });

  test('a stopping server refuses new event streams', async () => {
    stopping.abort();
    const response = await fetch(address());
    expect(await response.json()).toMatchObject({ status: 503, code: 'shutting-down', retryAfterMs: 1_000 });
  });
});
