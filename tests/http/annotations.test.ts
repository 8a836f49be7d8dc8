import r from 'rethinkdb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../server/protocol/message.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { cookieOf, jsonOf, post } from './client.js';

let app: TestApp;
let cookie: string;
let message: Message;
const room = 'annotated';
const thumbs = encodeURIComponent('👍');

beforeAll(async () => {
  app = await startTestApp({ env: { LIMIT_REACTIONS: '30' } });
  const response = await post(`${app.url}/api/rooms/${room}/messages`, { body: 'hi <b>' });
  cookie = cookieOf(response);
  message = await jsonOf(response);
  await fetch(`${app.url}/api/rooms/${room}/join`, { method: 'POST', headers: { cookie } });
});
afterAll(() => app?.stop());

const send = (method: string, path: string, headers = { cookie }) =>
  fetch(`${app.url}/api/rooms/${room}${path}`, { method, headers });
const read = async (): Promise<Message> => jsonOf(await send('GET', `/messages/${message.id}`));
const html = async (query = '') =>
  (await fetch(`${app.url}/r/${room}${query}`, { headers: { cookie } })).text();
const submit = (fields: Record<string, string>) =>
  fetch(`${app.url}/r/${room}`, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams({ action: 'react', id: message.id, ...fields }),
    redirect: 'manual',
  });

test('a reaction is added and removed by REST', async () => {
  expect((await send('PUT', `/messages/${message.id}/reactions/${thumbs}`)).status).toBe(204);
  const { id_user } = message.author;
  expect((await read()).reactions).toEqual([{ emoji: '👍', count: 1, id_users: [id_user] }]);
  expect((await send('DELETE', `/messages/${message.id}/reactions/${thumbs}`)).status).toBe(204);
  expect((await read()).reactions).toBeUndefined();
});

test.each([
  [`/messages/none/reactions/${thumbs}`, 'no-such-message'],
  ['/messages/ID/reactions/thumbsup', 'bad-emoji'],
  [`/messages/ID/reactions/${thumbs}${thumbs}`, 'bad-emoji'],
  [`/messages/${'x'.repeat(200)}/reactions/${thumbs}`, 'no-such-message'],
])('a reaction at %s is refused', async (path, code) => {
  expect(await jsonOf(await send('PUT', path.replace('ID', message.id)))).toMatchObject({ code });
});

test('a reader without JavaScript adds and removes a reaction by a form', async () => {
  expect((await submit({ emoji: '👍' })).status).toBe(303);
  await until('the page shows the reaction', async () => (await html()).includes('aria-pressed="true"'));
  expect((await submit({ unreact: '👍' })).status).toBe(303);
  await until('the page shows no reaction', async () => !(await html()).includes('aria-pressed'));
  expect((await submit({ emoji: '<b>' })).status).toBe(400);
});

test('the page of pinned messages shows them with a link into the room', async () => {
  expect((await send('PUT', `/pins/${message.id}`)).status).toBe(204);
  const page = await html('?pinned');
  expect(page).toContain('hi &lt;b&gt;');
  expect(page).toContain(`/r/${room}?at=${message.id}`);
  const { messages } = await jsonOf(await send('GET', '/pins'));
  expect(messages).toMatchObject([{ id: message.id, pinned: { id_user: message.author.id_user } }]);
  expect((await send('DELETE', `/pins/${message.id}`)).status).toBe(204);
  expect(await html('?pinned')).not.toContain('hi &lt;b&gt;');
});

test('a socket reacts, and receives the names of users who react', async () => {
  const client = await SocketClient.open(app.url);
  await client.ask({ type: 'joinRoom', room });
  const { id } = message;
  expect(await client.ask({ type: 'addReaction', room, id, emoji: '🎉' })).toMatchObject({ type: 'ack', id });
  const { id_user, name } = client.latest('welcome')!.user;
  await until('the reaction is delivered', () => client.latest('annotationsChanged') !== undefined);
  expect(client.latest('annotationsChanged')).toMatchObject({
    id,
    reactions: [{ emoji: '🎉', count: 1, id_users: [id_user] }],
    names: { [id_user!]: name },
  });
  expect(await client.ask({ type: 'pinMessage', room, id })).toMatchObject({ code: 'members-only' });
  expect(await client.ask({ type: 'addReaction', room, id: '\0', emoji: '🎉' })).toMatchObject({
    code: 'no-such-message',
  });
  expect(await client.ask({ type: 'addReaction', room, id, emoji: 7 })).toMatchObject({ code: 'bad-emoji' });
  await client.ask({ type: 'removeReaction', room, id, emoji: '🎉' });
  client.close();
});

test('an event stream receives reactions of a driver', async () => {
  const abort = new AbortController();
  const stream = await fetch(`${app.url}/api/rooms/${room}/events`, {
    headers: { cookie },
    signal: abort.signal,
  });
  const driver = await app.database.connect();
  await r
    .table('reactions')
    .insert({ id: [message.id, 'Zoë', '👀'], room })
    .run(driver);
  let text = '';
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  while (!/event: annotations.*👀/s.test(text)) text += (await reader.read()).value ?? '';
  expect(text).toContain(`"id":"${message.id}"`);
  abort.abort();
});

test('reactions are limited for each user', async () => {
  // More than two windows of the limit, in case that one ends in between.
  const attempts = Array.from({ length: 70 }, () =>
    send('DELETE', `/messages/${message.id}/reactions/${thumbs}`),
  );
  const codes = (await Promise.all(attempts)).map(({ status }) => status);
  expect(new Set(codes)).toEqual(new Set([204, 429]));
});
