import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json, startWebServer, text, type WebServer } from '../auth/web-server.js';
import { EventReader } from '../http/event-reader.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

/** A room, a user who reads it in every way, a second user who stays in it, and a third who joins later. */
interface Scene {
  room: string;
  token: string;
  headers: Record<string, string>;
  /** In the room. */
  inside: SocketClient;
  /** Observes the presence of the room, and is not in it. */
  observer: SocketClient;
  stream: EventReader;
  /** A socket and an event stream with a live view of the messages of the second user. */
  viewer: SocketClient;
  viewStream: EventReader;
  friend: SocketClient;
  late: SocketClient;
}

interface Way {
  /** Whether the room is created for members only. */
  isMembers: boolean;
  /** Code of the errors that follow. */
  code: 'not-a-member' | 'token-expired' | 'bad-token';
  end(scene: Scene): Promise<unknown>;
}

const EX = 'ex-user';
const VIEW = 'from:friend';
const OPEN = 'open to all';
const SECRET = 'said after the right had ended';
const OLD = 'said while the right held';
const BEFORE = Buffer.from(JSON.stringify([Date.UTC(2100, 0), 'z'])).toString('base64url');
const AFTER = Buffer.from(JSON.stringify([0, 'a'])).toString('base64url');

let accounts: WebServer;
let app: TestApp;
let console_: r.Connection;
/** Answers of the accounts service by token; it refuses all other tokens. */
const tokens = new Map<string, { id_user: string; name: string; exp?: number }>();

beforeAll(async () => {
  accounts = await startWebServer((req, res) => {
    const account = tokens.get(req.headers.authorization?.replace('Bearer ', '') ?? '');
    (account ? json(account) : text('no', 401))(req, res);
  });
  app = await startTestApp({
    env: { AUTH: 'accounts', AUTH_SERVER: accounts.url, SEARCH: 'true', LIMIT_SEARCHES: '0' },
    overrides: { accounts: { recheckMs: 50, validMs: 0 }, presence: { windowMs: 20 } },
  });
  console_ = await app.database.connect();
});
afterAll(async () => {
  await app?.stop();
  await accounts?.stop();
});

const membership = (room: string, id_user: string) =>
  r.table('memberships').get([room, id_user] as never) as unknown as {
    delete(): { run(connection: r.Connection): Promise<unknown> };
  };

const ways: Record<string, Way> = {
  'the token expires': {
    isMembers: true,
    code: 'token-expired',
    end: async ({ token }) => tokens.set(token, { ...tokens.get(token)!, exp: Date.now() / 1000 + 0.2 }),
  },
  'the token is withdrawn': {
    isMembers: true,
    code: 'bad-token',
    end: async ({ token }) => tokens.delete(token),
  },
  'the row of the membership is deleted': {
    isMembers: true,
    code: 'not-a-member',
    end: ({ room }) => membership(room, EX).delete().run(console_),
  },
  'the user leaves by REST': {
    isMembers: true,
    code: 'not-a-member',
    end: async ({ room, headers }) => {
      const address = `${app.url}/api/rooms/${encodeURIComponent(room)}/leave`;
      expect((await fetch(address, { method: 'POST', headers })).status).toBe(200);
    },
  },
  'the row of an open room says that it is for members': {
    isMembers: false,
    code: 'not-a-member',
    end: ({ room }) => r.table('rooms').get(room).update({ access: 'members' }).run(console_),
  },
  'the row of a room for members takes the name of an open room': {
    isMembers: false,
    code: 'not-a-member',
    end: async ({ room }) => {
      const other = { id: `${room}, other row`, access: 'members' };
      await r.table('rooms').get(room).delete().run(console_);
      await r.table('rooms').insert(other).run(console_);
      await r.table('rooms').get(other.id).update({ name: room }).run(console_);
    },
  },
};

async function enter(name: string, { isMembers }: Way): Promise<Scene> {
  const room = `room ${name}`.slice(0, 60);
  const people = { ex: EX, friend: 'friend', late: 'late-comer' };
  const tokenOf = (id_user: string) => `${id_user}-${Object.keys(ways).indexOf(name)}`;
  for (const id_user of Object.values(people))
    tokens.set(tokenOf(id_user), { id_user, name: `${id_user}-name` });
  await r
    .table('rooms')
    .insert({ id: room, access: isMembers ? 'members' : 'open' })
    .run(console_);
  const members = isMembers ? [people.ex, people.friend] : [people.friend];
  for (const id_user of members)
    await r
      .table('memberships')
      .insert({ id: [room, id_user] as never })
      .run(console_);
  const author = { id_user: EX, name: 'Ex' };
  await r
    .table('messages')
    .insert({ id: idOf(room), room, body: OLD, author })
    .run(console_);
  const open = (id_user: string) =>
    SocketClient.open(app.url, { cookie: `changeroom_token=${tokenOf(id_user)}` });
  const [inside, observer, viewer, friend, late] = await Promise.all([
    open(people.ex),
    open(people.ex),
    open(people.ex),
    open(people.friend),
    open(people.late),
  ]);
  const headers = { authorization: `Bearer ${tokenOf(people.ex)}` };
  const address = `${app.url}/api/rooms/${encodeURIComponent(room)}/events`;
  await until(
    'the member may enter',
    async () => (await inside.ask({ type: 'joinRoom', room })).type !== 'error',
  );
  const stream = new EventReader(address, headers);
  await friend.ask({ type: 'joinRoom', room });
  expect((await viewer.ask({ type: 'openView', view: 'v', q: VIEW })).type).toBe('viewOpened');
  const viewStream = new EventReader(`${app.url}/api/view?q=${VIEW}`, headers);
  await until('the view of the stream is open', () => viewStream.text.includes('event: opened'));
  await observer.ask({ type: 'observePresence', rooms: [room] });
  await stream.endsWith('state');
  // The user can read the room in every way.
  friend.send({ type: 'typing', room });
  await friend.ask({ type: 'createMessage', message: { room, body: 'hello' } });
  await until('the socket in the room has the message', () => inside.latest('deliverMessage'));
  await until('it gets the typing frame', () => inside.latest('userTyping'));
  await stream.endsWith('hello');
  await until('the views have the message', () =>
    [JSON.stringify(viewer.frames), viewStream.text].every((text) => text.includes(`"room":"${room}"`)),
  );
  await until('the observer receives the presence', () => observer.latest('presence'));
  return {
    room,
    token: tokenOf(people.ex),
    headers,
    inside,
    observer,
    stream,
    viewer,
    viewStream,
    friend,
    late,
  };
}

const idOf = (room: string) => `old-${Buffer.from(room).toString('hex').slice(-50)}`;

/** Frames that contain data of a room. */
const of = (room: string, frames: readonly object[]) =>
  frames.filter((frame) => !('code' in frame) && JSON.stringify(frame).includes(room));

describe.each(Object.entries(ways))('when %s', (name, way) => {
  let scene: Scene;
  /** Number of frames that were received before access was revoked. */
  const marks = new Map<SocketClient, number>();
  let streamMark = 0;
  let viewMark = 0;
  const since = (client: SocketClient) => client.frames.slice(marks.get(client));

  beforeAll(async () => {
    scene = await enter(name, way);
    const { room, inside, observer, stream, viewer, viewStream, friend, late } = scene;
    await way.end(scene);
    for (const socket of [inside, observer])
      await until('the socket gets the error', () => socket.latest('error')?.code === way.code);
    await until('the stream has ended', () => stream.ended);
    if (way.code === 'not-a-member') {
      await until('the view loses the message', () => viewer.latest('viewRemoved')?.room === room);
      await until('the view of the stream loses it', () => viewStream.text.includes('event: remove'));
    } else {
      await until('the viewer gets the error', () => viewer.latest('error')?.code === way.code);
      await until('the stream of the view has ended', () => viewStream.ended);
    }
    for (const socket of [inside, observer, viewer, friend]) marks.set(socket, socket.frames.length);
    streamMark = stream.text.length;
    viewMark = viewStream.text.length;
    // Every kind of event happens in the room.
    inside.send({ type: 'typing', room });
    await r
      .table('memberships')
      .insert({ id: [room, 'late-comer'] as never })
      .run(console_);
    await until(
      'the late one may enter',
      async () => (await late.ask({ type: 'joinRoom', room })).type !== 'error',
    );
    late.send({ type: 'typing', room });
    await friend.ask({ type: 'createMessage', message: { room, body: SECRET } });
    await until(
      'the friend gets the message',
      () => friend.latest('deliverMessage')?.message.body === SECRET,
    );
    await until(
      'the friend sees the late comer type',
      () => friend.latest('userTyping')?.user.id_user === 'late-comer',
    );
    await until('the friend sees the late comer', () =>
      JSON.stringify(of(room, since(friend))).includes('late-comer-name'),
    );
    await until(
      'the friend learns of the member',
      () => friend.latest('memberJoined')?.user.id_user === 'late-comer',
    );
    await friend.ask({ type: 'createMessage', message: { room: OPEN, body: `after ${room}` } });
    if (way.code === 'not-a-member')
      await until('the views have a later message of another room', () =>
        [JSON.stringify(viewer.frames), viewStream.text].every((text) => text.includes(`after ${room}`)),
      );
    // All frames for these sockets arrive before the answer.
    for (const socket of [inside, observer, viewer])
      await socket.ask({ type: 'leaveRoom', room: 'elsewhere' });
  }, 60_000);
  afterAll(() => {
    for (const socket of [scene.inside, scene.observer, scene.viewer, scene.friend, scene.late])
      socket.close();
    scene.stream.close();
    scene.viewStream.close();
  });

  test('a socket in the room receives nothing more of it', () => {
    expect(of(scene.room, since(scene.inside))).toEqual([]);
  });

  test('a socket that observes the room receives no more presence of it', () => {
    expect(of(scene.room, since(scene.observer))).toEqual([]);
  });

  test('an event stream ends with the reason and delivers nothing more', () => {
    const { stream } = scene;
    expect(stream.text).not.toContain(SECRET);
    const error = stream.events.find(({ event }) => event === 'error');
    expect(JSON.parse(error!.data!)).toMatchObject({ code: way.code, room: scene.room });
    expect(stream.text.slice(streamMark)).toBe('');
  });

  test('live views deliver nothing more of the room', () => {
    const { room, viewer, viewStream } = scene;
    expect(of(room, since(viewer)).filter((frame) => !JSON.stringify(frame).includes(OPEN))).toEqual([]);
    const text = viewStream.text.slice(viewMark).replaceAll(`after ${room}`, '');
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(`"room":"${room}"`);
  });

  test('other users see neither typing nor presence of the socket', () => {
    const { friend, room } = scene;
    expect(JSON.stringify(since(friend).filter(({ type }) => type === 'userTyping'))).not.toContain(EX);
    const present = new Map<string, string>();
    for (const frame of friend.frames) {
      if (frame.type !== 'presence' || frame.room !== room) continue;
      if (frame.users) present.clear();
      for (const { id_socket, id_user } of [...(frame.users ?? []), ...(frame.joined ?? [])])
        present.set(id_socket, id_user);
      for (const id_socket of frame.left ?? []) present.delete(id_socket);
    }
    expect([...present.values()].sort()).toEqual(['friend', 'late-comer']);
  });

  const before = { sent: Date.UTC(2100, 0), id: 'z' };
  test.each<[string, (room: string) => { type: string; [field: string]: unknown }]>([
    ['joinRoom', (room) => ({ type: 'joinRoom', room })],
    ['observePresence', (room) => ({ type: 'observePresence', rooms: [room] })],
    ['typing', (room) => ({ type: 'typing', room })],
    ['loadHistory', (room) => ({ type: 'loadHistory', room, before })],
    ['createMessage', (room) => ({ type: 'createMessage', message: { room, body: 'still me' } })],
    ['editMessage', (room) => ({ type: 'editMessage', room, id: idOf(room), body: 'still me' })],
    ['deleteMessage', (room) => ({ type: 'deleteMessage', room, id: idOf(room) })],
  ])('the frame %s is refused and changes nothing', async (type, frame) => {
    const { inside, friend, room } = scene;
    const answer = await inside.ask(frame(room));
    const expected =
      way.code !== 'not-a-member' ? 'login-required' : type === 'typing' ? 'not-joined' : way.code;
    expect(answer).toMatchObject({ type: 'error', code: expected });
    const { messages } = await friend.ask<'roomSnapshot'>({ type: 'joinRoom', room });
    expect(messages.map(({ body }) => body).sort()).toEqual(['hello', SECRET, OLD].sort());
  });

  test.each<[string, string, string?]>([
    ['the newest messages', '/api/rooms/:room/messages'],
    ['messages before a cursor', `/api/rooms/:room/messages?before=${BEFORE}`],
    ['messages after a cursor', `/api/rooms/:room/messages?after=${AFTER}`],
    ['one message', '/api/rooms/:room/messages/:id'],
    ['who is there', '/api/rooms/:room/users'],
    ['who is there, by the short address', '/:room/users'],
    ['the members', '/api/rooms/:room/members'],
    ['the page', '/r/:room'],
    ['the page of history', `/r/:room?before=${BEFORE}`],
    ['an event stream', '/api/rooms/:room/events'],
    ['the headers of an event stream', '/api/rooms/:room/events', 'HEAD'],
    ['the headers of messages', '/api/rooms/:room/messages', 'HEAD'],
  ])('a request for %s is refused without data of the room', async (_what, path, method) => {
    const { room, headers } = scene;
    const address = app.url + path.replace(':room', encodeURIComponent(room)).replace(':id', idOf(room));
    const answer = await fetch(address, {
      ...(method && { method }),
      headers: { ...headers, 'last-event-id': scene.stream.lastId },
    });
    expect(answer.status).toBe(way.code === 'not-a-member' ? 403 : 401);
    const body = await answer.text();
    for (const content of [SECRET, OLD, 'late-comer']) expect(body).not.toContain(content);
  });
});
