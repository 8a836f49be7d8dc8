import { Socket as EngineClient } from 'engine.io-client';
import r from 'rethinkdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { PollingClient } from '../support/polling-client.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ overrides: { rooms: { lingerMs: 50 } } });
});
afterAll(() => app?.stop());

const open = (headers?: Record<string, string>) => SocketClient.open(app.url, headers);
const bodies = (client: SocketClient) => {
  return client.frames.filter((frame) => frame.type === 'deliverMessage').map((frame) => frame.message.body);
};

describe('a socket', () => {
  it('a socket receives its identity, the room that it joins, and the messages written there', async () => {
    const [ann, bob] = [await open(), await open()];
    expect(ann.latest('welcome')!.user.name).toMatch(/\S/);
    const snapshot = await ann.ask<'roomSnapshot'>({ type: 'joinRoom', room: 'talk' });
    expect(snapshot).toMatchObject({
      type: 'roomSnapshot',
      room: 'talk',
      messages: [],
      hasOlder: false,
      live: true,
    });
    await bob.ask({ type: 'joinRoom', room: 'talk' });
    const ack = await ann.ask<'ack'>({ type: 'createMessage', message: { room: 'talk', body: '  hello  ' } });
    expect(ack).toMatchObject({ type: 'ack', room: 'talk' });
    for (const each of [ann, bob]) {
      const { message } = await until('the message', () => each.latest('deliverMessage'));
      expect(message).toMatchObject({ id: ack.id, body: 'hello', author: ann.latest('welcome')!.user });
    }
    ann.close();
    bob.close();
  });

  it('the public id of a socket does not give access to its session', async () => {
    const polling = new EngineClient(app.url, { path: '/primus/', transports: ['polling'] });
    const welcome = await new Promise<string>((resolve) => polling.once('message', resolve));
    const { id_socket } = JSON.parse(welcome) as { id_socket: string };
    const poll = async (sid: string) =>
      (await fetch(`${app.url}/primus/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: '4"x"' }))
        .status;
    expect(await poll((polling as unknown as { id: string }).id)).toBe(200);
    expect(await poll(id_socket)).toBe(400);
    polling.close();
  });

  it('the sender receives its own message from the changefeed; the acknowledgement contains none', async () => {
    const client = await open();
    const ack = await client.ask<'ack'>({ type: 'createMessage', message: { room: 'elsewhere', body: 'x' } });
    expect(ack.type).toBe('ack');
    expect(bodies(client)).toEqual([]);
    client.close();
  });

  it('a message sent twice with the same id is stored once', async () => {
    const client = await open();
    await client.ask({ type: 'joinRoom', room: 'twice' });
    const frame = { type: 'createMessage', message: { id: 'the-same', room: 'twice', body: 'once' } };
    const answers = await Promise.all([client.ask<'ack'>(frame), client.ask<'ack'>(frame)]);
    expect(answers.map(({ type, id }) => [type, id])).toEqual([
      ['ack', 'the-same'],
      ['ack', 'the-same'],
    ]);
    await client.ask({ type: 'createMessage', message: { room: 'twice', body: 'last' } });
    await until('the last one', () => bodies(client).includes('last'));
    expect(bodies(client)).toEqual(['once', 'last']);
    const other = await open();
    const refused = await other.ask({
      type: 'createMessage',
      message: { id: 'the-same', room: 'twice', body: 'mine' },
    });
    expect(refused).toMatchObject({ type: 'error', code: 'id-taken' });
    client.close();
    other.close();
  });

  it('a socket edits and deletes its own messages, not those of other users', async () => {
    const [ann, bob] = [await open(), await open()];
    await bob.ask({ type: 'joinRoom', room: 'own' });
    const { id } = await ann.ask<'ack'>({ type: 'createMessage', message: { room: 'own', body: 'first' } });
    for (const frame of [
      { type: 'editMessage', room: 'own', id, body: 'stolen' },
      { type: 'deleteMessage', room: 'own', id },
    ]) {
      expect(await bob.ask(frame)).toMatchObject({ type: 'error', code: 'not-yours' });
      expect(await ann.ask({ ...frame, room: 'other' })).toMatchObject({
        type: 'error',
        code: 'no-such-message',
      });
    }
    await ann.ask({ type: 'editMessage', room: 'own', id, body: 'second' });
    const edited = await until('the edit', () =>
      bob.frames.find((f) => f.type === 'deliverMessage' && f.message.body === 'second'),
    );
    expect(edited).toMatchObject({ message: { id, edited: expect.any(Number) } });
    await ann.ask({ type: 'deleteMessage', room: 'own', id });
    await until('the deletion', () => bob.latest('removeMessage')?.id === id);
    ann.close();
    bob.close();
  });

  it('a socket pages through history', async () => {
    const connection = await app.database.connect();
    const rows = Array.from({ length: 230 }, (_, i) => ({
      id: `h${1000 + i}`,
      room: 'long',
      body: `n${i}`,
      sent: new Date(1.6e12 + Math.floor(i / 3)),
    }));
    await r.table('messages').insert(rows).run(connection);
    const client = await open();
    const { messages, hasOlder } = await client.ask<'roomSnapshot'>({ type: 'joinRoom', room: 'long' });
    expect(hasOlder).toBe(true);
    let seen = messages;
    for (let more = hasOlder; more; ) {
      const { sent, id } = seen[0]!;
      const page = await client.ask<'history'>({
        type: 'loadHistory',
        room: 'long',
        before: { sent, id },
        limit: 40,
      });
      more = page.hasOlder;
      seen = [...page.messages, ...seen];
    }
    expect(seen.map(({ body }) => body)).toEqual(rows.map(({ body }) => body));
    client.close();
  });

  it('a socket can be in several rooms and receives no frames of a room that it left', async () => {
    const client = await open();
    for (const room of ['a', 'b', 'c']) await client.ask({ type: 'joinRoom', room });
    await client.ask({ type: 'leaveRoom', room: 'b' });
    for (const room of ['a', 'b', 'c'])
      await client.ask({ type: 'createMessage', message: { room, body: `to ${room}` } });
    await until('the last one', () => bodies(client).includes('to c'));
    expect(bodies(client).sort()).toEqual(['to a', 'to c']);
    client.close();
  });

  it('a socket works over long-polling', async () => {
    const client = new EngineClient(app.url, { path: '/primus/', transports: ['polling'] });
    const frames: { type: string; message?: { body: string } }[] = [];
    client.on('message', (data) => frames.push(JSON.parse(String(data))));
    await until('the welcome', () => frames.length > 0);
    client.send(JSON.stringify({ type: 'joinRoom', room: 'polled' }));
    await until('the snapshot', () => frames.some(({ type }) => type === 'roomSnapshot'));
    for (const body of ['one', 'two'])
      client.send(JSON.stringify({ type: 'createMessage', message: { room: 'polled', body } }));
    await until('both', () => frames.filter(({ type }) => type === 'deliverMessage').length === 2);
    // Feeds keep the order of one document's changes, not of different messages.
    const bodies = frames.flatMap(({ type, message }) => (type === 'deliverMessage' ? [message!.body] : []));
    expect(bodies.sort()).toEqual(['one', 'two']);
    client.close();
  });

  it('a long answer to a poll is compressed', async () => {
    const writer = await open();
    for (let i = 0; i < 10; i += 1)
      await writer.ask({ type: 'createMessage', message: { room: 'long', body: 'x'.repeat(1_000) } });
    writer.close();
    const client = await PollingClient.open(app.url);
    await client.post({ type: 'joinRoom', room: 'long' });
    let encoding: string | null = null;
    await until('the snapshot', async () => {
      const answer = await client.poll();
      encoding = answer.headers.get('content-encoding');
      return (await answer.text()).includes('roomSnapshot');
    });
    expect(encoding).toBe('gzip');
    await client.close();
  });
});

describe('bad input', () => {
  const room = 'bad';
  const create = (message: unknown) => ({ type: 'createMessage', message });
  const cases: [
    what: string,
    frame: { type: string; [field: string]: unknown },
    code: string,
    details?: object,
  ][] = [
    ['an unknown type', { type: 'fly' }, 'unknown-frame'],
    ['a type that objects inherit', { type: 'constructor' }, 'unknown-frame'],
    ['no message', { type: 'createMessage' }, 'bad-frame', { field: 'message' }],
    ['an empty room', { type: 'joinRoom', room: ' ' }, 'bad-room', { field: 'room' }],
    ['no room', { type: 'joinRoom' }, 'bad-room', { field: 'room' }],
    ['a room that is no string', { type: 'joinRoom', room: 7 }, 'bad-room'],
    ['a long room', { type: 'joinRoom', room: 'x'.repeat(65) }, 'bad-room', { field: 'room', limit: 64 }],
    ['a room with control characters', { type: 'joinRoom', room: 'a\u0007b' }, 'bad-room'],
    ['an empty body', create({ room, body: ' \n ' }), 'bad-body', { field: 'body' }],
    ['no body', create({ room }), 'bad-body'],
    ['a body that is no string', create({ room, body: { text: 'x' } }), 'bad-body'],
    ['a long body', create({ room, body: 'x'.repeat(4001) }), 'bad-body', { field: 'body', limit: 4000 }],
    ['a body with control characters', create({ room, body: 'a\u0000b' }), 'bad-body'],
    ['half a character', create({ room, body: 'a\ud800b' }), 'bad-body'],
    ['a bad id', create({ room, body: 'x', id: '../..' }), 'bad-id'],
    ['no position', { type: 'loadHistory', room }, 'bad-frame', { field: 'before' }],
    [
      'an invalid position',
      { type: 'loadHistory', room, before: { sent: 'now', id: 'x' } },
      'bad-frame',
      { field: 'before.sent' },
    ],
    [
      'a position beyond all times',
      { type: 'loadHistory', room, before: { sent: 1e300, id: 'x' } },
      'bad-frame',
    ],
    [
      'too much history',
      { type: 'loadHistory', room, before: { sent: 1, id: 'x' }, limit: 101 },
      'bad-frame',
      { field: 'limit' },
    ],
    ['a message that is not there', { type: 'deleteMessage', room, id: 'nope' }, 'no-such-message'],
    ['a frame of 100 KB', create({ room, body: 'x'.repeat(100_000) }), 'frame-too-large', { limit: 65_536 }],
  ];

  it.each(cases)('%s is answered with an error code', async (_what, frame, code, details = {}) => {
    const client = await open();
    expect(await client.ask(frame)).toMatchObject({ type: 'error', code, ...details });
    expect(await client.ask({ type: 'joinRoom', room: 'after' })).toMatchObject({ type: 'roomSnapshot' });
    client.close();
  });

  it('a binary packet is answered with bad-json and the socket stays open', async () => {
    const client = await open();
    client.sendBytes(Buffer.from([0, 255, 123]));
    await until('an error', () => client.latest('error')?.code === 'bad-json');
    expect(await client.ask({ type: 'joinRoom', room: 'binary' })).toMatchObject({ type: 'roomSnapshot' });
    client.close();
  });

  it.each(['{"type":', '"text"', '[]', 'null', '5', ''])(
    'the text %j is rejected as a frame',
    async (text) => {
      const client = await open();
      client.sendText(text);
      const error = await until('an error', () => client.latest('error'));
      expect(['bad-json', 'bad-frame']).toContain(error.code);
      expect(await client.ask({ type: 'joinRoom', room: 'after' })).toMatchObject({ type: 'roomSnapshot' });
      client.close();
    },
  );

  it('a frame of 10 MB closes its connection as too large and affects no other', async () => {
    const [client, other] = [await open(), await open()];
    client.send(create({ room, body: 'x'.repeat(10_000_000) }));
    await until('the connection is ended', () => client.closed !== null);
    expect(client.closed).toBe(1009);
    expect(await other.ask({ type: 'joinRoom', room: 'after' })).toMatchObject({ type: 'roomSnapshot' });
    other.close();
  });

  it('a socket from a page of another site is refused', async () => {
    await expect(open({ origin: 'https://elsewhere.example' })).rejects.toThrow('closed');
    const own = await open({ origin: app.url });
    own.close();
  });
});

describe('a thousand', () => {
  it('a thousand sockets in one room share one changefeed, and each receives every message', async () => {
    const clients: SocketClient[] = [];
    while (clients.length < 1000)
      clients.push(...(await Promise.all(Array.from({ length: 50 }, () => open()))));
    await Promise.all(clients.map((client) => client.ask({ type: 'joinRoom', room: 'crowd' })));
    await until('only this room is left', () => app.app.parts.messages.openFeeds === 1);
    for (let i = 0; i < 5; i += 1) {
      await clients[i]!.ask({ type: 'createMessage', message: { room: 'crowd', body: `from ${i}` } });
    }
    const all = ['from 0', 'from 1', 'from 2', 'from 3', 'from 4'];
    await until(
      'every client has all messages',
      () => clients.every((client) => bodies(client).length === 5),
      20_000,
    );
    for (const client of clients) expect(bodies(client).sort()).toEqual(all);
    for (const client of clients) client.cut();
    await until('no feed is left', () => app.app.parts.messages.openFeeds === 0);
  });

  it('a thousand rooms with one socket each use 33 changefeeds, and each receives its own messages', async () => {
    const clients: SocketClient[] = [];
    while (clients.length < 1000)
      clients.push(...(await Promise.all(Array.from({ length: 50 }, () => open()))));
    await Promise.all(clients.map((client, i) => client.ask({ type: 'joinRoom', room: `room ${i}` })));
    expect(app.app.parts.messages.openFeeds).toBe(33);
    await Promise.all(
      clients.map((client, i) =>
        client.ask({ type: 'createMessage', message: { room: `room ${i}`, body: `${i}` } }),
      ),
    );
    await until(
      'each has its own',
      () => clients.every((client, i) => bodies(client).join() === `${i}`),
      20_000,
    );
    for (const client of clients) client.cut();
    await until('no feed is left', () => app.app.parts.messages.openFeeds === 0);
  });
});
