import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json, silence, startWebServer, type WebServer } from '../auth/web-server.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

let app: TestApp;
let console_: r.Connection;
beforeAll(async () => {
  app = await startTestApp({ overrides: { presence: { windowMs: 20 } } });
  console_ = await app.database.connect();
});
afterAll(() => app?.stop());

const open = () => SocketClient.open(app.url);
const idOf = (client: SocketClient) => client.latest('welcome')!.user.id_user!;

async function makeMember(room: string, client: SocketClient): Promise<void> {
  await r
    .table('memberships')
    .insert({ id: [room, idOf(client)] as never })
    .run(console_);
  await until(
    'the member may enter',
    async () => (await client.ask({ type: 'joinRoom', room })).type !== 'error',
  );
}

describe('frames sent together', () => {
  test('typing sent with joinRoom does not reach a room that the user may not enter', async () => {
    const [member, friend, outsider] = [await open(), await open(), await open()];
    const room = 'typing together';
    await r.table('rooms').insert({ id: room, access: 'members' }).run(console_);
    for (const each of [member, friend]) await makeMember(room, each);
    outsider.send({ type: 'joinRoom', room, ref: 'join' });
    outsider.send({ type: 'typing', room });
    await until(
      'both are refused',
      () => outsider.frames.filter(({ type }) => type === 'error').length === 2,
    );
    // Typing is relayed at once, and the frames of a socket keep their order.
    friend.send({ type: 'typing', room });
    await until('the member sees the typing', () => member.latest('userTyping'));
    const typists = member.frames.flatMap((frame) =>
      frame.type === 'userTyping' ? [frame.user.id_user] : [],
    );
    expect(typists).toEqual([idOf(friend)]);
    for (const each of [member, friend, outsider]) each.close();
  });

  test('typing sent with joinRoom does not reach an open room before the socket has joined', async () => {
    const [member, comer] = [await open(), await open()];
    const room = 'typing early';
    await member.ask({ type: 'joinRoom', room });
    comer.send({ type: 'joinRoom', room, ref: 'join' });
    comer.send({ type: 'typing', room, ref: 'typing' });
    const refusal = await until('typing is refused', () => comer.latest('error'));
    expect(refusal).toMatchObject({ code: 'not-joined' });
    for (const each of [member, comer]) each.close();
  });

  test('leaveRoom directly after joinRoom keeps the socket out of the room', async () => {
    const [client, witness] = [await open(), await open()];
    const room = 'left at once';
    client.send({ type: 'joinRoom', room, ref: 'join' });
    client.send({ type: 'leaveRoom', room, ref: 'leave' });
    await until('leaving is answered', () => client.frames.some((f) => 'ref' in f && f.ref === 'leave'));
    const answer = await until('joining is answered', () =>
      client.frames.find((f) => 'ref' in f && f.ref === 'join'),
    );
    expect(answer).toMatchObject({ type: 'error', code: 'not-joined' });
    await witness.ask({ type: 'joinRoom', room });
    await witness.ask({ type: 'createMessage', message: { room, body: 'for those who are here' } });
    await until('the witness has it', () => witness.latest('deliverMessage'));
    await client.ask({ type: 'leaveRoom', room: 'elsewhere' });
    expect(
      client.frames.filter(({ type }) => ['deliverMessage', 'roomSnapshot', 'presence'].includes(type)),
    ).toEqual([]);
    for (const each of [client, witness]) each.close();
  });

  test('joinRoom, leaveRoom and joinRoom deliver every message once and one presence', async () => {
    const client = await open();
    const room = 'in, out, in';
    client.send({ type: 'joinRoom', room });
    client.send({ type: 'leaveRoom', room });
    await client.ask<'roomSnapshot'>({ type: 'joinRoom', room });
    await client.ask({ type: 'createMessage', message: { room, body: 'one' } });
    await client.ask({ type: 'createMessage', message: { room, body: 'two' } });
    const bodies = () =>
      client.frames.flatMap((frame) => (frame.type === 'deliverMessage' ? [frame.message.body] : []));
    await until('both are there', () => bodies().includes('one') && bodies().includes('two'));
    expect(bodies().sort()).toEqual(['one', 'two']);
    client.close();
    await until('the room is empty', async () => {
      const users = (await (
        await fetch(`${app.url}/api/rooms/${encodeURIComponent(room)}/users`)
      ).json()) as [];
      return users.length === 0;
    });
  });
});

describe('access revoked during a lookup', () => {
  test.each<
    [string, (room: string, client: SocketClient) => Promise<{ code?: string | undefined; text: string }>]
  >([
    [
      'history by socket',
      async (room, client) => {
        const before = { sent: Date.UTC(2100, 0), id: 'z' };
        const answer = await client.ask<'error'>({ type: 'loadHistory', room, before });
        return { code: answer.code, text: JSON.stringify(answer) };
      },
    ],
    [
      'messages by REST',
      async (room, client) => {
        const before = Buffer.from(JSON.stringify([Date.UTC(2100, 0), 'z'])).toString('base64url');
        const address = `${app.url}/api/rooms/${encodeURIComponent(room)}/messages?before=${before}`;
        const answer = await fetch(address, { headers: { cookie: cookies.get(client)! } });
        const text = await answer.text();
        return { code: (JSON.parse(text) as { code?: string }).code, text };
      },
    ],
  ])('access revoked during a lookup leaves %s without data', async (door, look) => {
    const room = `slow ${door}`;
    const cookie = await fetch(`${app.url}/api/me`).then(
      (answer) => answer.headers.get('set-cookie')!.split(';')[0]!,
    );
    const client = await SocketClient.open(app.url, { cookie });
    cookies.set(client, cookie);
    await r.table('rooms').insert({ id: room, access: 'members' }).run(console_);
    await r.table('messages').insert({ room, body: 'among us' }).run(console_);
    await makeMember(room, client);
    const { messages } = app.app.parts;
    const before = messages.before;
    messages.before = async (...query) => {
      const found = await before.apply(messages, query);
      await r
        .table('memberships')
        .get([room, idOf(client)] as never)
        .delete()
        .run(console_);
      await until('the server knows', () => client.latest('error'));
      return found;
    };
    try {
      const { code, text } = await look(room, client);
      expect(code).toBe('not-a-member');
      expect(text).not.toContain('among us');
    } finally {
      messages.before = before;
      client.close();
    }
  });
  const cookies = new Map<SocketClient, string>();
});

describe('sockets that are closed before they are authenticated', () => {
  let accounts: WebServer;
  let guarded: TestApp;
  beforeAll(async () => {
    accounts = await startWebServer(json({ id_user: 'friend', name: 'Friend' }));
    guarded = await startTestApp({
      env: { AUTH: 'accounts', AUTH_SERVER: accounts.url },
      overrides: { accounts: { recheckMs: 20, validMs: 0 }, presence: { windowMs: 20 } },
    });
  });
  afterAll(async () => {
    await guarded?.stop();
    await accounts?.stop();
  });

  test('sockets closed before authentication leave no room, no subscription and no token check behind', async () => {
    const friend = await SocketClient.open(guarded.url, { cookie: 'changeroom_token=friend' });
    const askedFor = (name: string) =>
      accounts.requests.filter(({ authorization }) => authorization?.startsWith(`Bearer ${name}`)).length;
    accounts.answer = silence;
    const ghosts = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        SocketClient.connect(guarded.url, { cookie: `changeroom_token=ghost-${i}` }),
      ),
    );
    await until('the service is asked about all', () => askedFor('ghost') === 20);
    for (const ghost of ghosts) {
      ghost.send({ type: 'joinRoom', room: 'haunted' });
      ghost.send({ type: 'observePresence', rooms: ['haunted'] });
      ghost.cut();
    }
    await until('their connections are gone', () => guarded.app.parts.sockets.size === 1);
    accounts.release(json({ id_user: 'friend', name: 'Friend' }));
    await friend.ask({ type: 'joinRoom', room: 'haunted' });
    const asked = askedFor('friend');
    await until('the friend has been asked about again', () => askedFor('friend') > asked + 5);
    const address = `${guarded.url}/api/rooms/haunted/users`;
    const users = await (await fetch(address, { headers: { authorization: 'Bearer friend' } })).json();
    expect(users).toEqual([{ id_user: 'friend', id_socket: friend.latest('welcome')!.id_socket }]);
    expect(askedFor('ghost')).toBe(20);
    friend.close();
  });
});
