import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import type { MessageFile } from '../../server/protocol/message.js';
import { cookieOfGuest, jsonOf, post } from '../http/client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { endAllServers, startServer } from '../support/server-process.js';
import { until } from '../support/until.js';

const KILOBYTE = 1024;
const FILE_LIMIT = 1024 * KILOBYTE;

let database: TestDatabase;
let app: TestApp;
beforeAll(async () => {
  database = await openDatabase();
  app = await startTestApp({
    database,
    env: { FILE_LIMIT: `${FILE_LIMIT}`, FILE_LIMIT_ROOM: `${FILE_LIMIT}` },
    overrides: { files: { firstMs: 0, intervalMs: 100, unfinishedMs: 1_000 } },
  });
});
afterAll(async () => {
  await endAllServers();
  await app.stop();
  await database.stop();
});

const filesOf = (room: string, url = app.url) => `${url}/api/rooms/${room}/files`;
const newRoom = () => `room-${randomUUID()}`;

test('the rest of an upload to a server that was killed is removed, and another upload succeeds', async () => {
  const room = newRoom();
  const { host, port, address } = database;
  const server = await startServer({
    RETHINKDB_URL: `rethinkdb://${host}:${port}/${address.db}`,
    SEARCH: 'false',
  });
  const headers = { 'content-length': 900 * KILOBYTE };
  const half = request(new URL(filesOf(room, server.url)), { method: 'POST', headers });
  half.on('error', () => {});
  half.write(Buffer.alloc(600 * KILOBYTE));
  const connection = await database.connect();
  const reserved = () =>
    r.table('files').getAll(room, { index: 'room' })('reserved').coerceTo('array').run(connection);
  const chunks = () => r.table('file_chunks').count().run(connection);
  await until('chunks are stored', async () => (await chunks()) > 0);
  await server.end('SIGKILL');
  expect(await reserved()).toEqual([900 * KILOBYTE]);
  await until('the rest is removed', async () => (await chunks()) + (await reserved()).length === 0);
  const send = () =>
    fetch(`${filesOf(room)}?name=b.bin`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.alloc(900 * KILOBYTE, 1),
    });
  expect((await send()).status).toBe(201);
});

test('a description is given with the upload or with the message, also by a driver, and replaces the name of an image', async () => {
  const room = newRoom();
  const ada = await cookieOfGuest(app.url, 'Ada');
  const image = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  const described = (alt: string) =>
    fetch(`${filesOf(room)}?name=a.png&alt=${encodeURIComponent(alt)}`, {
      method: 'POST',
      headers: { cookie: ada, 'content-type': 'application/octet-stream' },
      body: image,
    });
  const files = await Promise.all(
    ['one', 'two', 'three'].map(async (alt): Promise<MessageFile> => jsonOf(await described(alt))),
  );
  expect(files).toMatchObject([{ alt: 'one' }, { alt: 'two' }, { alt: 'three' }]);
  const [one, two, three] = files.map(({ id }) => id);
  const named = [one, { id: two, alt: ' “2” ' }, { id: three, alt: '' }];
  const sent = await jsonOf(
    await post(`${app.url}/api/rooms/${room}/messages`, { files: named }, { cookie: ada }),
  );
  expect(sent.files.map(({ alt }: MessageFile) => alt ?? '-')).toEqual(['one', '“2”', '-']);
  const connection = await database.connect();
  const driverFile = {
    id: 'd',
    name: 'd.png',
    type: 'image/png',
    size: 9,
    width: 3,
    height: 3,
    alt: 'a\u202e\nb',
  };
  await r
    .table('messages')
    .insert({ room, body: '', files: [driverFile] })
    .run(connection);
  const page = await until('the page shows it', async () => {
    const html = await (await fetch(`${app.url}/r/${room}`)).text();
    return html.includes('alt="a b"') && html;
  });
  for (const alt of ['one', '“2”', 'a.png']) expect(page).toContain(`alt="${alt}"`);
  expect(await jsonOf(await described('x'.repeat(301)))).toMatchObject({ status: 400, code: 'bad-alt' });
  const long = [{ id: one, alt: 'x'.repeat(301) }];
  const refused = await post(`${app.url}/api/rooms/${room}/messages`, { files: long }, { cookie: ada });
  expect(await jsonOf(refused)).toMatchObject({ status: 400, code: 'bad-alt', field: 'alt', limit: 300 });
});
