import { randomUUID } from 'node:crypto';
import type rethinkdb from 'rethinkdb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import type { ServerFrame } from '../../server/protocol/frames.js';
import type { Message } from '../../server/protocol/message.js';
import { cookieOfGuest, jsonOf, post, sendJson } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

let app: TestApp;
let driver: rethinkdb.Connection;
let ann: Person;
let bob: Person;
let room: string;
beforeAll(async () => {
  app = await startTestApp();
  driver = await app.database.connect();
  ann = await guest('Ann');
  bob = await guest('Bob');
});
afterAll(() => app.stop());
beforeEach(() => {
  room = `room-${randomUUID()}`;
});

interface Person {
  id_user: string;
  cookie: string;
}

async function guest(name: string): Promise<Person> {
  const cookie = await cookieOfGuest(app.url, name);
  const { id_user } = await get('/api/me', cookie);
  return { id_user, cookie };
}

const get = async (path: string, cookie = '') => jsonOf(await fetch(app.url + path, { headers: { cookie } }));
const say = async (
  body: string,
  fields: object = {},
  { cookie }: { cookie: string } = ann,
): Promise<Message> => {
  const response = await post(`${app.url}/api/rooms/${room}/messages`, { body, ...fields }, { cookie });
  if (!response.ok) throw new Error(await response.text());
  return jsonOf(response);
};
const refusal = async (body: string, fields: object) =>
  jsonOf(await post(`${app.url}/api/rooms/${room}/messages`, { body, ...fields }, { cookie: ann.cookie }));
/** Old messages by a plain driver. */
const fill = (count: number, room_: string = room) =>
  r
    .table('messages')
    .insert(
      Array.from({ length: count }, (_, i) => ({
        id: `${room_} ${String(i).padStart(4, '0')}`,
        room: room_,
        body: `m${i}`,
        sent: r.epochTime(1_700_000_000 + i),
      })),
    )
    .run(driver);
const references = (socket: SocketClient) =>
  socket.frames.filter(
    (frame): frame is Extract<ServerFrame, { type: 'references' }> => frame.type === 'references',
  );
async function join({ cookie }: { cookie: string }): Promise<SocketClient> {
  const socket = await SocketClient.open(app.url, { cookie });
  await socket.ask({ type: 'joinRoom', room });
  return socket;
}

describe('replies', () => {
  test('a reply refers to a message of its room, by REST, socket and driver', async () => {
    const original = await say('what is for lunch?');
    expect(await say('soup', { reply_to: original.id })).toMatchObject({ reply_to: original.id });
    const socket = await join(bob);
    const reply = { id: randomUUID(), room, body: 'salad', reply_to: original.id };
    await socket.ask({ type: 'createMessage', message: reply });
    await r.table('messages').insert({ room, body: 'bread', reply_to: original.id }).run(driver);
    await r.table('messages').insert({ room, body: 'odd', reply_to: 5 }).run(driver);
    const shown = await until('all are delivered', () => {
      const found = socket.frames.flatMap((frame) =>
        frame.type === 'deliverMessage' ? [frame.message] : [],
      );
      return found.length >= 3 ? found : null;
    });
    const byBody = (body: string) => shown.find((message) => message.body === body);
    expect(byBody('salad')).toMatchObject(reply);
    expect(byBody('bread')).toMatchObject({ reply_to: original.id });
    expect(byBody('odd')).not.toHaveProperty('reply_to');
    // The original is in the window, so that clients have it.
    expect(references(socket)).toEqual([]);
    socket.close();
  });

  test('a reply to a message of another room, or to no id, is refused; one to a deleted message is not', async () => {
    const original = await say('here');
    room = `other-${randomUUID()}`;
    expect(await refusal('x', { reply_to: original.id })).toMatchObject({
      code: 'bad-reply',
      field: 'reply_to',
    });
    for (const reply_to of [5, {}, 'x'.repeat(128), 'ü'.repeat(64), 'a\0b'])
      expect(await refusal('x', { reply_to })).toMatchObject({ code: 'bad-reply', field: 'reply_to' });
    expect(await say('late', { reply_to: 'deleted-before' })).toMatchObject({ reply_to: 'deleted-before' });
  });

  test('an original outside of the window follows as a reference, and comes with window and history', async () => {
    await fill(150);
    const socket = await join(bob);
    const old = `${room} 0003`;
    const reply = await say('to an old one', { reply_to: old }, bob);
    const [frame] = await until('the reference', () =>
      references(socket).length > 0 ? references(socket) : null,
    );
    expect(frame).toMatchObject({ room, quoted: { [old]: { id: old, body: 'm3', kind: 'message' } } });

    // Edited and deleted by any program.
    await r.table('messages').get(old).update({ body: 'changed' }).run(driver);
    await until('the edit', () =>
      socket.frames.some((one) => one.type === 'deliverMessage' && one.message.body === 'changed'),
    );
    const late = await SocketClient.open(app.url, { cookie: ann.cookie });
    expect(await late.ask({ type: 'joinRoom', room })).toMatchObject({
      quoted: { [old]: { body: 'changed' } },
    });
    const around = await late.ask<'history'>({ type: 'loadHistory', room, around: reply.id, limit: 5 });
    expect(around).toMatchObject({ hasNewer: false, quoted: { [old]: { body: 'changed' } } });
    expect((await get(`/api/rooms/${room}/messages?limit=5`)).quoted).toMatchObject({
      [old]: { body: 'changed' },
    });

    await r.table('messages').get(old).delete().run(driver);
    await until('the deletion', () =>
      socket.frames.some((one) => one.type === 'removeMessage' && one.id === old),
    );
    const last = await SocketClient.open(app.url, { cookie: ann.cookie });
    expect(await last.ask({ type: 'joinRoom', room })).toMatchObject({ quoted: { [old]: null } });
    for (const each of [socket, late, last]) each.close();
  });

  test('an edit keeps the reference, and a quote is short', async () => {
    const long = await say(`${'long '.repeat(58)}<@${ann.id_user}> ${'x'.repeat(100)}`);
    const reply = await say('reply', { reply_to: long.id });
    const path = `/api/rooms/${room}/messages/${reply.id}`;
    const edited = await sendJson(app.url + path, 'PATCH', { body: 'edited' }, { cookie: ann.cookie });
    expect(await jsonOf(edited)).toMatchObject({ body: 'edited', reply_to: long.id });
    const page = await get(`/api/rooms/${room}/messages?limit=1`);
    expect(page.quoted[long.id].body).toBe(`${'long '.repeat(58)}…`);
  });
});

describe('messages around one of them', () => {
  test('a page has the messages before and after it, and leads on in both directions', async () => {
    await fill(40);
    const page = await get(
      `/api/rooms/${room}/messages?limit=5&around=${encodeURIComponent(`${room} 0020`)}`,
    );
    const bodies = (of: { messages: Message[] }) => of.messages.map(({ body }) => body);
    expect(bodies(page)).toEqual(['m18', 'm19', 'm20', 'm21', 'm22']);
    const query = `/api/rooms/${room}/messages?limit=2`;
    expect(bodies(await get(`${query}&before=${page.before}`))).toEqual(['m16', 'm17']);
    expect(bodies(await get(`${query}&after=${page.after}`))).toEqual(['m23', 'm24']);

    const socket = await SocketClient.open(app.url);
    const ends = await socket.ask<'history'>({ type: 'loadHistory', room, around: `${room} 0039`, limit: 4 });
    expect(bodies(ends)).toEqual(['m38', 'm39']);
    expect(ends).toMatchObject({ hasOlder: true, hasNewer: false });
    const after = await socket.ask<'history'>({
      type: 'loadHistory',
      room,
      after: { sent: 1_700_000_037_000, id: `${room} 0037` },
    });
    expect(bodies(after)).toEqual(['m38', 'm39']);
    expect(after).toMatchObject({ hasNewer: false });
    socket.close();
  });

  test('an unknown message, one of another room and contradicting positions are refused', async () => {
    await fill(2);
    const other = `elsewhere-${randomUUID()}`;
    await fill(2, other);
    for (const id of ['nothing', `${other} 0001`, 'x'.repeat(200), '']) {
      const path = `/api/rooms/${room}/messages?around=${encodeURIComponent(id)}`;
      expect(await get(path)).toMatchObject({ status: 404, code: 'no-such-message' });
    }
    const cursor = (await get(`/api/rooms/${room}/messages`)).after;
    expect(await get(`/api/rooms/${room}/messages?around=x&after=${cursor}`)).toMatchObject({
      code: 'bad-request',
      field: 'around',
    });
    const socket = await SocketClient.open(app.url);
    const position = { sent: 1, id: 'x' };
    for (const frame of [{}, { before: position, after: position }, { before: position, around: 'x' }])
      expect(await socket.ask({ type: 'loadHistory', room, ...frame })).toMatchObject({ code: 'bad-frame' });
    expect(await socket.ask({ type: 'loadHistory', room, around: 'x' })).toMatchObject({
      code: 'no-such-message',
    });
    socket.close();
  });
});

describe('mentions', () => {
  const at = ({ id_user }: Person) => `<@${id_user}>`;
  const joinRoom = (name: string, { cookie }: Person) =>
    post(`${app.url}/api/rooms/${name}/join`, {}, { cookie });
  const listed = async (person: Person, query = '') => get(`/api/me/mentions${query}`, person.cookie);

  test('frames contain the current names of mentioned users', async () => {
    const eve = await guest('Eve');
    await say(`hi ${at(eve)}`);
    const socket = await SocketClient.open(app.url, { cookie: bob.cookie });
    expect(await socket.ask({ type: 'joinRoom', room })).toMatchObject({ names: { [eve.id_user]: 'Eve' } });
    await sendJson(`${app.url}/api/me`, 'PUT', { name: 'Eva' }, { cookie: eve.cookie });
    await until('the new name', () =>
      socket.frames.some((frame) => frame.type === 'identityChanged' && frame.user.name === 'Eva'),
    );
    const count = references(socket).length;
    await r
      .table('messages')
      .insert({ room, body: `again ${at(eve)}` })
      .run(driver);
    const frames = await until('the name', () =>
      references(socket).length > count ? references(socket) : null,
    );
    expect(frames.at(-1)).toMatchObject({ names: { [eve.id_user]: 'Eva' } });
    socket.close();
  });

  test('the list has messages of any program in rooms that the user may read, newest first', async () => {
    const eve = await guest('Eve');
    const closed = `closed-${randomUUID()}`;
    await post(`${app.url}/api/rooms`, { name: closed, access: 'members' }, { cookie: ann.cookie });
    await r
      .table('messages')
      .insert([
        { room, body: `first ${at(eve)} and again ${at(eve)}`, sent: r.epochTime(1_700_000_001) },
        { room: closed, body: `secret ${at(eve)}`, sent: r.epochTime(1_700_000_002) },
        { room, body: `third ${at(bob)}<@ > <@x ${at(eve)}`, sent: r.epochTime(1_700_000_003) },
        { room, body: `own ${at(eve)}`, author: { id_user: eve.id_user, name: 'Eve' } },
        { room, body: 'plain' },
      ])
      .run(driver);
    const bodies = async (query = '') =>
      (await listed(eve, query)).messages.map(({ body }: Message) => body.slice(0, 5));
    expect(await bodies()).toEqual(['third', 'first']);
    const page = await listed(eve, '?limit=1');
    expect(page.names).toMatchObject({ [bob.id_user]: 'Bob' });
    expect(await bodies(`?limit=1&before=${page.before}`)).toEqual(['first']);
    expect((await listed(eve, `?limit=2&before=${page.before}`)).before).toBeNull();
    await joinRoom(closed, eve);
    expect(await bodies()).toEqual(['third', 'secre', 'first']);
    expect(await listed(eve, '?before=x')).toMatchObject({ code: 'bad-cursor' });
  });

  test('a guest who has chosen no name is mentioned under the name of the first message', async () => {
    const { author } = await say('hello', {}, { cookie: '' });
    expect(author.name).toMatch(/^Guest/);
    const path = `/api/users/${author.id_user}`;
    await until('the name is stored', async () => (await get(path)).name === author.name);
    await say(`hi <@${author.id_user}>`);
    const socket = await join(bob);
    expect(socket.frames.find(({ type }) => type === 'roomSnapshot')).toMatchObject({
      names: { [author.id_user!]: author.name },
    });
    socket.close();
  });

  test('people are found by the beginnings of their names, in a room for members only its members', async () => {
    const unique = randomUUID().slice(0, 8);
    const [zoe, max] = await Promise.all([guest(`Zoë ${unique}`), guest(`${unique}max`)]);
    await r
      .table('users')
      .insert({ id: `driver-${unique}`, name: `Driver of ${unique}` })
      .run(driver);
    const find = async (prefix: string, { cookie }: { cookie: string } = bob) =>
      get(`/api/users?prefix=${encodeURIComponent(prefix)}&room=${room}`, cookie);
    const ids = (found: Person[]) => found.map(({ id_user }) => id_user);
    expect(ids(await find(unique.toUpperCase())).toSorted()).toEqual(
      [`driver-${unique}`, max.id_user, zoe.id_user].toSorted(),
    );
    expect(ids(await find(`zoë ${unique}`))).toEqual([zoe.id_user]);
    expect(await find(`${unique}x`)).toEqual([]);
    for (const wrong of ['', '\u0000', 'x'.repeat(41)])
      expect(await find(wrong)).toMatchObject({ code: 'bad-name' });
    await post(`${app.url}/api/rooms`, { name: room, access: 'members' }, { cookie: max.cookie });
    await until('the room is for members', async () => (await find(unique)).code === 'not-a-member');
    expect(ids(await find(unique, max))).toEqual([max.id_user]);
    await joinRoom(room, zoe);
    await until('the member is found', async () => (await find(unique, max)).length === 2);
  });

  test('unread mentions are counted per room, and reported live', async () => {
    const eve = await guest('Eve');
    await joinRoom(room, eve);
    const entry = async () =>
      (await get('/api/rooms', eve.cookie)).find((one: { name: string }) => one.name === room);
    const socket = await SocketClient.open(app.url, { cookie: eve.cookie });
    await socket.ask({ type: 'observePresence', rooms: [room], activity: true });
    const activity = () =>
      socket.frames.flatMap((frame) => (frame.type === 'roomActivity' && frame.messages ? [frame] : []));
    await until('the changefeed is open', async () => {
      await say('plain');
      return activity().length > 0;
    });
    expect(activity()[0]).not.toHaveProperty('mentions');
    expect(await entry()).toMatchObject({ mentions: 0 });
    const last = await say(`hello ${at(eve)}`);
    await until('the mention', () => activity().some(({ mentions }) => mentions?.[eve.id_user] === 1));
    expect(await entry()).toMatchObject({ mentions: 1 });
    const { sent, id } = last;
    await sendJson(`${app.url}/api/rooms/${room}/read`, 'PUT', { sent, id }, { cookie: eve.cookie });
    expect(await entry()).toMatchObject({ mentions: 0, unread: 0 });
    socket.close();
  });

  test('a body mentions at most 20 users', async () => {
    const body = Array.from({ length: 21 }, (_, i) => `<@u${i}>`).join(' ');
    expect(await refusal(body, {})).toMatchObject({ code: 'too-many-mentions', field: 'body', limit: 20 });
    expect(await refusal(`${body.slice(0, -6)} ${'<@u1> '.repeat(50)}`, {})).not.toHaveProperty('code');
  });
});

describe('pages without JavaScript', () => {
  const html = async (path: string, cookie = '') => {
    const response = await fetch(app.url + path, { headers: { cookie } });
    return { status: response.status, text: await response.text() };
  };

  test('the address of a message shows it with those around it, and leads on in both directions', async () => {
    await fill(300);
    const id = encodeURIComponent(`${room} 0150`);
    const { status, text } = await html(`/r/${room}?at=${id}`);
    expect(status).toBe(200);
    expect(text).toMatch(/class="message[^"]* target" data-id="[^"]* 0150" tabindex="-1" autofocus/);
    expect(text).toContain('>m101<');
    expect(text).toContain('>m200<');
    expect(text).not.toContain('>m201<');
    const after = /href="([^"]*[?&]after=[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    expect((await html(after!)).text).toContain('>m201<');
    for (const unknown of ['nothing', 'x'.repeat(300), ''])
      expect(await html(`/r/${room}?at=${unknown}`)).toMatchObject({
        status: 404,
        text: expect.stringContaining('does not exist in this room'),
      });
  });

  test('a message of a room for members is shown to members only', async () => {
    await post(`${app.url}/api/rooms`, { name: room, access: 'members' }, { cookie: ann.cookie });
    const { id } = await say('for members');
    expect((await html(`/r/${room}?at=${id}`, ann.cookie)).text).toContain('for members');
    const refused = await html(`/r/${room}?at=${id}`, bob.cookie);
    expect(refused.status).toBe(403);
    expect(refused.text).not.toContain('for members</div>');
  });

  test('a form replies, and shows the original with the names of mentioned users', async () => {
    const original = await say(`<b>hi</b> <@${bob.id_user}>`);
    const form = await html(`/r/${room}?reply=${original.id}`, bob.cookie);
    expect(form.text).toContain(`name="reply_to" value="${original.id}"`);
    expect(form.text).toContain('&lt;b&gt;hi&lt;/b&gt; @Bob');
    const body = new URLSearchParams({ body: 'by form', reply_to: original.id });
    await fetch(`${app.url}/r/${room}`, { method: 'POST', body, headers: { cookie: bob.cookie } });
    const page = (await html(`/r/${room}`, bob.cookie)).text;
    expect(page).toContain(`?at=${original.id}"`);
    expect(page).toMatch(/mentions-you" data-id/);
    expect(page).toMatch(/<bdi class="mention self"[^>]*>@Bob<\/bdi>/);
  });

  test('the page of mentions leads to each message', async () => {
    const eve = await guest('Eleonore');
    expect((await html('/mentions', eve.cookie)).text).toContain('No message mentions you yet.');
    const { id } = await say(`come here, <@${eve.id_user}>`);
    const { text } = await html('/mentions', eve.cookie);
    expect(text).toContain(`href="/r/${room}?at=${id}"`);
    expect(text).toContain('@Eleonore</bdi>');
    expect(await html('/mentions?before=x', eve.cookie)).toMatchObject({ status: 400 });
  });
});
