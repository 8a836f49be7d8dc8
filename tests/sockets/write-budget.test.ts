import type { IncomingMessage } from 'node:http';
import r from 'rethinkdb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SLOW_READER_BYTES, WRITE_BUDGET_BYTES } from '../../server/sockets/outgoing.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { PollingClient } from '../support/polling-client.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

const MESSAGES = 100;
const BODY = '字'.repeat(4000);
/** Bytes of a page of history. */
const PAGE_BYTES = MESSAGES * 12_000;
/** Two pages may be under way when a reader turns out to be slow. */
const MOST_PENDING = SLOW_READER_BYTES + 2 * (PAGE_BYTES + 64 * 1024);
/** Frames that each hostile socket sends; their answers would have more than 600 MB. */
const FRAMES = 500;
const room = 'full';
const loadHistory = {
  type: 'loadHistory',
  room,
  before: { sent: 253_402_300_799_000, id: 'z' },
  limit: MESSAGES,
};

let app: TestApp;
let console_: r.Connection;
beforeAll(async () => {
  app = await startTestApp({
    env: { LIMIT_HISTORY: '0', LIMIT_FRAMES: '0', LIMIT_JOINS: '0' },
    overrides: { heartbeat: { pingInterval: 3_000, pingTimeout: 3_000 } },
  });
  console_ = await app.database.connect();
  const rows = Array.from({ length: MESSAGES }, (_, i) => ({ id: `m${1000 + i}`, room, body: BODY }));
  await r.table('messages').insert(rows).run(console_);
});
afterAll(() => app?.stop());

const sockets = () => app.app.parts.sockets;
const pending = () => Math.max(0, ...sockets().pendingBytes);

/** Watches how much waits for any one socket. */
function watchPending() {
  const seen = { most: 0 };
  const timer = setInterval(() => {
    seen.most = Math.max(seen.most, pending());
  }, 1);
  return Object.assign(seen, { stop: () => clearInterval(timer) });
}

it('three WebSockets that load history and never read do not fill the memory, and are closed', async () => {
  const heapBefore = process.memoryUsage().heapUsed;
  const watch = watchPending();
  const clients = await Promise.all([1, 2, 3].map(() => SocketClient.open(app.url)));
  for (const client of clients) client.pause();
  for (let i = 0; i < FRAMES; i += 1) for (const client of clients) client.send(loadHistory);
  await until('answers wait', () => sockets().pendingBytes.filter((bytes) => bytes > 0).length === 3, 30_000);
  await until('all are closed, as they answer no ping', () => sockets().size === 0, 30_000);
  watch.stop();
  expect(watch.most).toBeGreaterThan(SLOW_READER_BYTES);
  expect(watch.most).toBeLessThan(MOST_PENDING);
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(150 * 1024 * 1024);
  for (const client of clients) client.cut();
}, 90_000);

it('a WebSocket that does not read for a while gets all answers when it reads again', async () => {
  const client = await SocketClient.open(app.url);
  let answers = 0;
  client.onFrame((frame) => {
    if (frame.type !== 'history') return;
    answers += 1;
    client.frames.length = 0;
  });
  client.pause();
  for (let i = 0; i < 30; i += 1) client.send(loadHistory);
  await until('the server waits for the reader', () => pending() > SLOW_READER_BYTES, 30_000);
  client.resume();
  await until('all answers are there', () => answers === 30, 30_000);
  const { type } = await client.ask({ type: 'joinRoom', room: 'elsewhere' });
  expect(type).toBe('roomSnapshot');
  client.close();
  await until('the socket is closed', () => sockets().size === 0);
}, 90_000);

it('a long-polling socket that loads history and never polls is closed, and holds no more than its budget', async () => {
  const heapBefore = process.memoryUsage().heapUsed;
  const watch = watchPending();
  const clients = await Promise.all([1, 2, 3].map(() => PollingClient.open(app.url)));
  await until('all are open', () => sockets().size === 3);
  for (const client of clients) {
    let status = 200;
    for (let i = 0; i < FRAMES && status === 200; i += 20)
      status = await client.post(...Array.from({ length: 20 }, () => loadHistory));
  }
  await until('all are closed', () => sockets().size === 0, 30_000);
  watch.stop();
  expect(watch.most).toBeGreaterThan(SLOW_READER_BYTES);
  expect(watch.most).toBeLessThan(MOST_PENDING);
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(150 * 1024 * 1024);
}, 90_000);

it('answers to polls count until they are read', async () => {
  const client = await PollingClient.open(app.url);
  const responses: IncomingMessage[] = [];
  const watch = watchPending();
  // The kernel takes some megabytes for each connection.
  await until(
    'the server waits for the reader',
    async () => {
      if (pending() > 0) return true;
      await client.post(loadHistory, loadHistory);
      responses.push(await client.pollUnread());
      return pending() > SLOW_READER_BYTES;
    },
    60_000,
  );
  for (let i = 0; i < 20; i += 1) await client.post(loadHistory, loadHistory);
  watch.stop();
  expect(watch.most).toBeLessThan(MOST_PENDING);
  for (const response of responses) response.resume();
  await until('the reader has caught up', () => pending() < SLOW_READER_BYTES, 30_000);
  for (const response of responses) response.destroy();
  await until('the session is over', () => sockets().size === 0, 30_000);
}, 120_000);

it('a reader for whom more waits than its budget is closed, by long-polling as well', async () => {
  const watch = watchPending();
  const polling = await PollingClient.open(app.url);
  await polling.post({ type: 'joinRoom', room: 'busy' });
  await until('it has joined', () => app.app.parts.rooms.size === 1);
  const rows = Array.from({ length: 50 }, () => ({ room: 'busy', body: BODY }));
  await until(
    'it is closed',
    async () => {
      await r
        .table('messages')
        .insert(rows)
        .run(console_, { durability: 'soft' } as never);
      return sockets().size === 0;
    },
    30_000,
  );
  watch.stop();
  expect(watch.most).toBeGreaterThan(WRITE_BUDGET_BYTES / 2);
  expect(watch.most).toBeLessThan(WRITE_BUDGET_BYTES + 2 * PAGE_BYTES);
  await until('the session is unknown', async () => (await polling.post({ type: 'typing' })) === 400);
}, 60_000);
