import r from 'rethinkdb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SLOW_READER_BYTES } from '../../server/limits/slow-readers.js';
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
    overrides: { heartbeat: { pingInterval: 6_000, pingTimeout: 4_000 } },
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

it('three WebSockets that load history and never read are closed before they exhaust the memory', async () => {
  const heapBefore = process.memoryUsage().heapUsed;
  const watch = watchPending();
  const clients = await Promise.all([1, 2, 3].map(() => SocketClient.open(app.url)));
  for (const client of clients) client.pause();
  for (let i = 0; i < FRAMES; i += 1) for (const client of clients) client.send(loadHistory);
  await until('answers wait', () => sockets().pendingBytes.filter((bytes) => bytes > 0).length === 3);
  await until('all are closed, as they answer no ping', () => sockets().size === 0);
  watch.stop();
  expect(watch.most).toBeGreaterThan(SLOW_READER_BYTES);
  expect(watch.most).toBeLessThan(MOST_PENDING);
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(150 * 1024 * 1024);
  for (const client of clients) client.cut();
}, 90_000);

it('a WebSocket that pauses reading receives all answers when it resumes', async () => {
  const client = await SocketClient.open(app.url);
  let answers = 0;
  client.onFrame((frame) => {
    if (frame.type !== 'history') return;
    answers += 1;
    client.frames.length = 0;
  });
  client.pause();
  for (let i = 0; i < 30; i += 1) client.send(loadHistory);
  await until('the server waits for the reader', () => pending() > SLOW_READER_BYTES);
  client.resume();
  await until('all answers are there', () => answers === 30);
  const { type } = await client.ask({ type: 'joinRoom', room: 'elsewhere' });
  expect(type).toBe('roomSnapshot');
  client.close();
  await until('the socket is closed', () => sockets().size === 0);
}, 90_000);

it('a long-polling socket that loads history and never polls is closed and holds at most its budget', async () => {
  const heapBefore = process.memoryUsage().heapUsed;
  const watch = watchPending();
  const clients = await Promise.all([1, 2, 3].map(() => PollingClient.open(app.url)));
  await until('all are open', () => sockets().size === 3);
  for (const client of clients) {
    let status = 200;
    for (let i = 0; i < FRAMES && status === 200; i += 20)
      status = await client.post(...Array.from({ length: 20 }, () => loadHistory));
  }
  await until('all are closed', () => sockets().size === 0);
  watch.stop();
  expect(watch.most).toBeGreaterThan(SLOW_READER_BYTES);
  expect(watch.most).toBeLessThan(MOST_PENDING);
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(150 * 1024 * 1024);
}, 90_000);
