import r from 'rethinkdb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ServerFrame } from '../../server/protocol/frames.js';
import { cookieOfGuest, jsonOf, post } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

let app: TestApp;
let database: r.Connection;
let rooms = 0;
let room: string;
beforeAll(async () => {
  app = await startTestApp();
  database = await app.database.connect();
});
afterAll(() => app.stop());
beforeEach(() => {
  rooms += 1;
  room = `active-${rooms}`;
});

async function observe(names: string[], headers: Record<string, string> = {}): Promise<SocketClient> {
  const socket = await SocketClient.open(app.url, headers);
  await socket.ask({ type: 'observePresence', rooms: names, activity: true });
  return socket;
}

const reports = (socket: SocketClient) =>
  socket.frames.filter((frame) => frame.type === 'roomActivity') as Extract<
    ServerFrame,
    { type: 'roomActivity' }
  >[];

const counted = (socket: SocketClient) =>
  reports(socket).reduce((sum, { messages }) => sum + (messages ?? 0), 0);

const write = (body: string, name = room) => r.table('messages').insert({ room: name, body }).run(database);

describe('activity in rooms that a socket observes', () => {
  test('a mention in a room that is not observed is reported to its user, if the user may read there', async () => {
    const cookie = await cookieOfGuest(app.url, 'Bea');
    const { id_user } = await jsonOf(await fetch(`${app.url}/api/me`, { headers: { cookie } }));
    const owner = { cookie: await cookieOfGuest(app.url, 'Owner') };
    await post(`${app.url}/api/rooms`, { name: `${room} of others`, access: 'members' }, owner);
    const [mentioned, other] = [await observe(['lobby'], { cookie }), await observe(['lobby'])];
    const roomsOf = (socket: SocketClient) => reports(socket).map((report) => report.room);
    await until('the report', async () => {
      await write(`<@${id_user}> hidden`, `${room} of others`);
      await write(`<@${id_user}> hello`);
      return roomsOf(mentioned).includes(room);
    });
    expect(reports(mentioned).find((report) => report.room === room)?.mentions).toEqual({ [id_user]: 1 });
    expect(roomsOf(mentioned)).not.toContain(`${room} of others`);
    expect(roomsOf(other)).toEqual([]);
    for (const socket of [mentioned, other]) socket.close();
  });

  test('messages of a plain driver are reported with their number, their position and their authors', async () => {
    const socket = await observe([room]);
    // The changefeed is open when the first message is reported.
    await until('the first report', async () => {
      await write('hello');
      return counted(socket) > 0;
    });
    const before = counted(socket);
    const { body } = { body: 'hello from a guest' };
    const cookie = await cookieOfGuest(app.url, 'Ann');
    const { id, sent, author } = await jsonOf(
      await post(`${app.url}/api/rooms/${room}/messages`, { body }, { cookie }),
    );
    const report = await until('the report of the guest', () =>
      reports(socket).find(({ authors }) => authors.includes(author.id_user)),
    );
    expect(report).toMatchObject({ room, newest: { id, sent } });
    expect(counted(socket)).toBeGreaterThan(before);
    expect(JSON.stringify(socket.frames)).not.toContain('hello');
  });

  test('every one of many messages is counted, in few reports', async () => {
    const socket = await observe([room]);
    await until('the changefeed is open', async () => {
      await write('first');
      return counted(socket) > 0;
    });
    const { count } = await r
      .table('messages')
      .filter({ room })
      .count()
      .run(database)
      .then((n) => ({ count: n }));
    await r
      .table('messages')
      .insert(Array.from({ length: 300 }, (_, i) => ({ room, body: `${i}` })))
      .run(database);
    await until('all messages are counted', () => counted(socket) === count + 300);
    expect(reports(socket).length).toBeLessThan(count + 20);
  });

  test('a deletion is reported as an unknown number of messages', async () => {
    const socket = await observe([room]);
    await until('the changefeed is open', async () => {
      await write('first');
      return counted(socket) > 0;
    });
    await r.table('messages').filter({ room }).delete().run(database);
    await until('the deletion is reported', () => reports(socket).at(-1)?.messages === null);
  });

  test('rooms that a socket does not observe with activity are not reported', async () => {
    const other = `${room}-other`;
    const observer = await observe([room]);
    const present = await SocketClient.open(app.url);
    await present.ask({ type: 'observePresence', rooms: [room] });
    await until('the changefeed is open', async () => {
      await write('elsewhere', other);
      await write('here');
      return counted(observer) > 0;
    });
    expect(reports(observer).every((report) => report.room === room)).toBe(true);
    expect(reports(present)).toEqual([]);
    await observer.ask({ type: 'observePresence', rooms: [room] });
    const before = reports(observer).length;
    const later = await observe([room]);
    await until('another socket gets a report', async () => {
      await write('more');
      return counted(later) > 0;
    });
    expect(reports(observer)).toHaveLength(before);
  });

  test('activity of a room for members ends with the membership', async () => {
    const [owner, guest] = await Promise.all(['Owner', 'Guest'].map((name) => cookieOfGuest(app.url, name)));
    await post(`${app.url}/api/rooms`, { name: room, access: 'members' }, { cookie: owner! });
    const refused = await SocketClient.open(app.url, { cookie: guest! });
    const answer = await refused.ask({ type: 'observePresence', rooms: [room], activity: true });
    expect(answer).toMatchObject({ type: 'error', code: 'not-a-member' });
    await post(`${app.url}/api/rooms/${room}/join`, {}, { cookie: guest! });
    const [member, stays] = [
      await observe([room], { cookie: guest! }),
      await observe([room], { cookie: owner! }),
    ];
    await until('members get reports', async () => {
      await write('for members');
      return counted(member) > 0 && counted(stays) > 0;
    });
    const id_user = member.latest('welcome')?.user.id_user ?? '';
    await r.table('memberships').filter({ room, id_user }).delete().run(database);
    await until('the end of the right', () => member.latest('error')?.code === 'not-a-member');
    const before = reports(member).length;
    const seen = counted(stays);
    await until('the other member gets a report', async () => {
      await write('after the end');
      return counted(stays) > seen;
    });
    expect(reports(member)).toHaveLength(before);
  });
});
