import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import type { Message } from '../../server/protocol/message.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { View } from '../support/view.js';
import { cookieOf, cookieOfGuest, jsonOf, post, sendJson } from './client.js';

let app: TestApp;
let messages: string;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => {
  messages = `${app.url}/api/rooms/room-${randomUUID()}/messages`;
});

interface Page {
  messages: Message[];
  before: string | null;
  after: string;
}

async function page(query = ''): Promise<Page> {
  const response = await fetch(`${messages}${query}`);
  expect(response.status).toBe(200);
  return jsonOf(response);
}

const bodies = ({ messages }: Page) => messages.map(({ body }) => body);

/** Inserts rows directly into the table; `m01` is the oldest. */
async function fill(count: number): Promise<void> {
  const room = decodeURIComponent(new URL(messages).pathname.split('/')[3]!);
  const rows = Array.from({ length: count }, (_, i) => ({
    room,
    body: `m${String(i + 1).padStart(2, '0')}`,
    sent: r.epochTime(1_700_000_000 + i),
  }));
  const connection = await app.database.connect();
  await r.table('messages').insert(rows).run(connection);
}

test('a room whose name is longer than 128 bytes stays readable, and nothing new is written in it', async () => {
  const room = '房'.repeat(43);
  const connection = await app.database.connect();
  await r.table('messages').insert({ room, body: 'older' }).run(connection);
  messages = `${app.url}/api/rooms/${encodeURIComponent(room)}/messages`;
  expect(bodies(await page())).toEqual(['older']);
  const refused = await sendJson(messages, 'POST', { body: 'newer' });
  expect(refused.status).toBe(400);
  expect(await jsonOf(refused)).toMatchObject({
    code: 'bad-room',
    field: 'room',
    limit: 128,
    detail: 'room is longer than 128 bytes in UTF-8',
  });
  messages = `${app.url}/api/rooms/${encodeURIComponent('房'.repeat(42))}/messages`;
  expect((await sendJson(messages, 'POST', { body: 'newer' })).status).toBe(201);
});

describe('a command on a server without bots', () => {
  test('the author of a command is notified by a header, and of other texts with a slash is not', async () => {
    const noticeOf = async (body: string) =>
      (await post(messages, { body })).headers.get('changeroom-notice');
    for (const command of ['/xyzzy', '/roll 2d6', '/stock=aapl.us'])
      expect(await noticeOf(command)).toBe('no-such-command');
    for (const text of ['hi', '/usr/bin', '/', '//', '/ x', 'see /roll'])
      expect(await noticeOf(text)).toBeNull();
  });

  test('the form of a page leads to a page with the notice', async () => {
    const form = new URLSearchParams({ body: '/xyzzy' });
    const response = await fetch(`${app.url}/r/commands`, { method: 'POST', body: form, redirect: 'manual' });
    expect(response.headers.get('location')).toBe('/r/commands?notice=no-such-command');
    const html = await (await fetch(`${app.url}/r/commands?notice=no-such-command`)).text();
    expect(html).toContain('No bot answers this command');
    expect(await (await fetch(`${app.url}/r/commands?notice=internal`)).text()).not.toContain(
      'Internal server',
    );
  });
});

describe('posting a message', () => {
  test('a posted message is answered with the message and its location', async () => {
    const response = await post(messages, { body: ' hi ' });
    expect(response.status).toBe(201);
    const message = await jsonOf(response);
    expect(message).toEqual({
      id: expect.any(String),
      room: expect.stringMatching(/^room-/),
      body: 'hi',
      sent: expect.any(Number),
      author: { id_user: expect.any(String), name: expect.stringMatching(/^Guest/) },
      kind: 'message',
    });
    const there = await fetch(new URL(response.headers.get('location')!, app.url));
    expect(await jsonOf(there)).toEqual(message);
    expect((await page()).messages).toEqual([message]);
  });

  test('posting without a cookie creates a guest who is recognised later', async () => {
    const first = await post(messages, { body: 'one' });
    const second = await post(messages, { body: 'two' }, { cookie: cookieOf(first) });
    expect((await jsonOf(second)).author).toEqual((await jsonOf(first)).author);
    expect(second.headers.getSetCookie()).toEqual([]);
  });

  test('the author of a posted message comes from the cookie, never from the body', async () => {
    const cookie = await cookieOfGuest(app.url, 'Ada');
    const response = await post(
      messages,
      { body: 'hi', author: { id_user: 'bob', name: 'Bob' }, kind: 'system' },
      { cookie },
    );
    expect(await jsonOf(response)).toMatchObject({ author: { name: 'Ada' }, kind: 'message' });
  });

  test('a request repeated with the same id creates one message', async () => {
    const cookie = await cookieOfGuest(app.url, 'Ada');
    const first = await post(messages, { id: 'retry-1', body: 'once' }, { cookie });
    const second = await post(messages, { id: 'retry-1', body: 'once' }, { cookie });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(await jsonOf(second)).toEqual(await jsonOf(first));
    expect(bodies(await page())).toEqual(['once']);
  });

  test("posting with the id of another user's message is refused", async () => {
    await post(messages, { id: 'hers-1', body: 'mine' });
    const response = await post(messages, { id: 'hers-1', body: 'not mine' });
    expect(response.status).toBe(409);
    expect(await jsonOf(response)).toMatchObject({ code: 'id-taken', field: 'id' });
  });

  test('a message can be posted as a form, as curl -d sends it', async () => {
    const response = await fetch(messages, { method: 'POST', body: new URLSearchParams({ body: 'a & b' }) });
    expect(await jsonOf(response)).toMatchObject({ body: 'a & b' });
  });

  test('a message can be posted as plain text', async () => {
    const response = await fetch(messages, { method: 'POST', body: '{"not": "parsed"}' });
    expect(await jsonOf(response)).toMatchObject({ body: '{"not": "parsed"}' });
  });

  test('the longest body is accepted, even with every character escaped', async () => {
    const escaped = '\\ud83e\\udd89'.repeat(4000);
    const response = await fetch(messages, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"body":"${escaped}"}`,
    });
    expect(response.status).toBe(201);
    expect((await jsonOf(response)).body).toBe('🦉'.repeat(4000));
  });

  test.each([
    [{}, { code: 'bad-body', field: 'body', detail: 'body is missing' }],
    [{ body: null }, { code: 'bad-body', field: 'body' }],
    [{ body: 7 }, { code: 'bad-body', field: 'body', detail: 'body must be a string' }],
    [{ body: ' \n ' }, { code: 'bad-body', field: 'body', detail: 'body is empty' }],
    [{ body: 'x'.repeat(4001) }, { code: 'bad-body', field: 'body', limit: 4000 }],
    [{ body: 'bell\u0007' }, { code: 'bad-body', field: 'body' }],
    [
      { body: 'hi', id: null },
      { code: 'bad-id', field: 'id' },
    ],
    [
      { body: 'hi', id: 'a b' },
      { code: 'bad-id', field: 'id', limit: 64 },
    ],
    ['hi', { code: 'bad-request' }],
    [['hi'], { code: 'bad-request' }],
    [null, { code: 'bad-request' }],
  ])('an invalid request is refused with the reason: %j', async (body, problem) => {
    const response = await post(messages, body);
    expect(response.status).toBe(400);
    expect(await jsonOf(response)).toMatchObject(problem);
    expect(bodies(await page())).toEqual([]);
  });
});

describe('the messages of a room', () => {
  test('the list of messages is empty in an unused room', async () => {
    expect(await page()).toEqual({ messages: [], before: null, after: expect.any(String), quoted: {} });
  });

  test('pages lead from the newest messages back to the beginning, each with the oldest message first', async () => {
    await fill(5);
    const newest = await page('?limit=2');
    expect(bodies(newest)).toEqual(['m04', 'm05']);
    const middle = await page(`?limit=2&before=${newest.before}`);
    expect(bodies(middle)).toEqual(['m02', 'm03']);
    const oldest = await page(`?limit=2&before=${middle.before}`);
    expect(bodies(oldest)).toEqual(['m01']);
    expect(oldest.before).toBeNull();
  });

  test('new messages can be polled by cursor', async () => {
    const { after } = await page();
    expect(await page(`?after=${after}`)).toEqual({ messages: [], before: null, after, quoted: {} });
    await post(messages, { body: 'one' });
    const first = await page(`?after=${after}`);
    expect(bodies(first)).toEqual(['one']);
    await post(messages, { body: 'two' });
    const second = await page(`?after=${first.after}`);
    expect(bodies(second)).toEqual(['two']);
    expect(bodies(await page(`?before=${second.before}`))).toEqual(['one']);
  });

  test('pages are linked by the Link header', async () => {
    await fill(5);
    const follow = async (rel: string) => {
      const seen: string[][] = [];
      for (
        let url: string | undefined =
          `${messages}?limit=2${rel === 'next' ? `&after=${(await start()).after}` : ''}`;
        url;
      ) {
        const response: Response = await fetch(url);
        seen.push(bodies(await jsonOf(response)));
        const link = new RegExp(`<([^>]+)>; rel="${rel}"`).exec(response.headers.get('link') ?? '')?.[1];
        url = link && new URL(link, url).href;
      }
      return seen;
    };
    const start = async () => page(`?limit=1&before=${(await page('?limit=4')).before}`);
    expect(await follow('prev')).toEqual([['m04', 'm05'], ['m02', 'm03'], ['m01']]);
    expect(await follow('next')).toEqual([
      ['m02', 'm03'],
      ['m04', 'm05'],
    ]);
  });

  test('messages of the same millisecond are neither repeated nor lost between pages', async () => {
    const connection = await app.database.connect();
    const room = new URL(messages).pathname.split('/')[3]!;
    const rows = ['a', 'b', 'c', 'd', 'e'].map((body) => ({
      id: `${room}-${body}`,
      room,
      body,
      sent: r.epochTime(1e9),
    }));
    await r.table('messages').insert(rows).run(connection);
    const newest = await page('?limit=2');
    const middle = await page(`?limit=2&before=${newest.before}`);
    const oldest = await page(`?limit=2&before=${middle.before}`);
    expect([oldest, middle, newest].map(bodies)).toEqual([['a'], ['b', 'c'], ['d', 'e']]);
    expect(bodies(await page(`?after=${oldest.after}`))).toEqual(['b', 'c', 'd', 'e']);
  });

  test('a page has 50 messages by default and at most 100', async () => {
    await fill(120);
    expect((await page()).messages).toHaveLength(50);
    const hundred = await page('?limit=100');
    expect(hundred.messages).toHaveLength(100);
    expect(bodies(await page(`?limit=100&before=${hundred.before}`))).toHaveLength(20);
  });

  test('pages from memory and from the database are equal', async () => {
    await fill(120);
    const queries = ['', '?limit=1', '?limit=100'];
    const before = await Promise.all(queries.map(page));
    const room = new URL(messages).pathname.split('/')[3]!;
    const membership = await app.app.parts.rooms.join(room, new View());
    expect(await Promise.all(queries.map(page))).toEqual(before);
    membership.leave();
  });

  test('an unchanged page is answered with 304', async () => {
    await post(messages, { body: 'hi' });
    const etag = (await fetch(messages)).headers.get('etag')!;
    // Without the second header, fetch requests a complete response.
    const headers = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
    expect((await fetch(messages, { headers })).status).toBe(304);
  });

  test('messages of a room with any valid name can be listed', async () => {
    messages = `${app.url}/api/rooms/${encodeURIComponent('a/b ?#ü')}/messages`;
    const response = await post(messages, { body: 'hi' });
    expect((await jsonOf(response)).room).toBe('a/b ?#ü');
    expect((await fetch(new URL(response.headers.get('location')!, app.url))).status).toBe(200);
    await post(messages, { body: 'there' });
    expect((await fetch(`${messages}?limit=1`)).headers.get('link')).toContain(
      '/rooms/a%2Fb%20%3F%23%C3%BC/messages?',
    );
  });

  test.each([
    ['limit=0', { code: 'bad-limit', field: 'limit', limit: 100 }],
    ['limit=101', { code: 'bad-limit', field: 'limit', limit: 100 }],
    ['limit=', { code: 'bad-limit' }],
    ['limit=1.5', { code: 'bad-limit' }],
    ['limit=-1', { code: 'bad-limit' }],
    ['limit=ten', { code: 'bad-limit' }],
    ['limit=1&limit=2', { code: 'bad-limit' }],
    ['before=x', { code: 'bad-cursor', field: 'before' }],
    ['after=', { code: 'bad-cursor', field: 'after' }],
    ['after=Wy0xLCIiXQ&after=Wy0xLCIiXQ', { code: 'bad-cursor', field: 'after' }],
    ['before=Wy0xLCIiXQ&after=Wy0xLCIiXQ', { code: 'bad-request' }],
  ])('the list of messages is refused for an invalid query: %s', async (query, problem) => {
    const response = await fetch(`${messages}?${query}`);
    expect(response.status).toBe(400);
    expect(await jsonOf(response)).toMatchObject(problem);
  });

  test.each([
    ['%20', { field: 'room' }],
    ['x'.repeat(65), { field: 'room', limit: 64 }],
    ['a%00b', { field: 'room' }],
  ])('the list of messages is refused for an invalid room name: %s', async (room, details) => {
    const response = await fetch(`${app.url}/api/rooms/${room}/messages`);
    expect(response.status).toBe(400);
    expect(await jsonOf(response)).toMatchObject({ code: 'bad-room', ...details });
  });
});

describe('a single message', () => {
  let cookie: string;
  let message: string;
  beforeEach(async () => {
    cookie = await cookieOfGuest(app.url, 'Ada');
    const response = await post(messages, { body: 'first' }, { cookie });
    message = new URL(response.headers.get('location')!, app.url).href;
  });

  test('an author can edit a message', async () => {
    const response = await sendJson(message, 'PATCH', { body: ' second ' }, { cookie });
    expect(response.status).toBe(200);
    const edited = await jsonOf(response);
    expect(edited).toMatchObject({ body: 'second', edited: expect.any(Number) });
    expect(await jsonOf(await fetch(message))).toEqual(edited);
  });

  test('an author can delete a message', async () => {
    const response = await fetch(message, { method: 'DELETE', headers: { cookie } });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect((await fetch(message)).status).toBe(404);
    expect(bodies(await page())).toEqual([]);
  });

  test('a message of another user cannot be changed', async () => {
    const other = await cookieOfGuest(app.url, 'Bob');
    for (const headers of [{ cookie: other }, {}] as Record<string, string>[]) {
      const edit = await sendJson(message, 'PATCH', { body: 'theirs' }, headers);
      const removal = await fetch(message, { method: 'DELETE', headers });
      expect([edit.status, removal.status]).toEqual([403, 403]);
      expect(await jsonOf(edit)).toMatchObject({ code: 'not-yours' });
    }
    expect(await jsonOf(await fetch(message))).toMatchObject({ body: 'first' });
  });

  test('an edit to an invalid body is refused', async () => {
    const response = await sendJson(message, 'PATCH', { text: 'x' }, { cookie });
    expect(await jsonOf(response)).toMatchObject({ status: 400, code: 'bad-body', field: 'body' });
  });

  test.each(['stranger', 'x'.repeat(300), 'a%00b', 'a%20b', '%F0%9F%A6%89'.repeat(40)])(
    'a message that does not exist is not found: %s',
    async (id) => {
      const url = `${messages}/${id}`;
      const answers = [
        await fetch(url),
        await sendJson(url, 'PATCH', { body: 'x' }, { cookie }),
        await fetch(url, { method: 'DELETE', headers: { cookie } }),
      ];
      for (const answer of answers) {
        expect(answer.status).toBe(404);
        expect(await jsonOf(answer)).toMatchObject({ code: 'no-such-message', field: 'id' });
      }
    },
  );

  test('a message is not found in another room', async () => {
    const elsewhere = message.replace(/rooms\/[^/]+/, 'rooms/elsewhere');
    expect((await fetch(elsewhere)).status).toBe(404);
    expect((await fetch(elsewhere, { method: 'DELETE', headers: { cookie } })).status).toBe(404);
    expect((await fetch(message)).status).toBe(200);
  });
});

test('a message written by another program is listed', async () => {
  const connection = await app.database.connect();
  const room = new URL(messages).pathname.split('/')[3]!;
  await r.table('messages').insert({ room, body: 'from outside' }).run(connection);
  expect((await page()).messages).toMatchObject([
    { body: 'from outside', author: { id_user: null, name: 'anonymous' }, kind: 'message' },
  ]);
});
