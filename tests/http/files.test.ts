import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { r } from '../../server/database/connection/reql.js';
import type { MessageFile } from '../../server/protocol/message.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { cookieOfGuest, jsonOf, post } from './client.js';

const KILOBYTE = 1024;
const FILE_LIMIT = 1024 * KILOBYTE;
const CHUNK_BYTES = 256 * KILOBYTE;

let app: TestApp;
let ada: string;
let bob: string;
beforeAll(async () => {
  app = await startTestApp({
    env: { FILE_LIMIT: `${FILE_LIMIT}`, LIMIT_UPLOADS: '0', PLAYGROUND: 'true' },
    // Removes files at once, and files that are not sent by the tests of the sweep only.
    overrides: { files: { spreadMs: 0, firstMs: 0, intervalMs: 100 } },
  });
  ada = await cookieOfGuest(app.url, 'Ada');
  bob = await cookieOfGuest(app.url, 'Bob');
});
afterAll(() => app.stop());

const newRoom = () => `room-${randomUUID()}`;
const filesOf = (room: string) => `${app.url}/api/rooms/${room}/files`;
const messagesOf = (room: string) => `${app.url}/api/rooms/${room}/messages`;

const send = (room: string, content: Buffer | string, name = 'a.bin', cookie = ada) =>
  fetch(`${filesOf(room)}?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/octet-stream' },
    body: content,
  });

async function upload(room: string, content: Buffer | string, name?: string, cookie = ada) {
  const response = await send(room, content, name, cookie);
  const file: MessageFile & { code?: string } = await jsonOf(response);
  expect(response.status, JSON.stringify(file)).toBe(201);
  return file;
}

async function codeOf(response: Response | Promise<Response>): Promise<[number, string]> {
  const answer = await response;
  return [answer.status, (await jsonOf(answer)).code];
}

const get = (room: string, id: string, headers: Record<string, string> = {}) =>
  fetch(`${filesOf(room)}/${id}`, { headers: { cookie: ada, ...headers } });

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 90, b: 30 } } });

async function animation(): Promise<Buffer> {
  const colors = [0, 120, 240].map((b) => ({ r: 20, g: 90, b }));
  const frames = colors.map((background) =>
    sharp({ create: { width: 60, height: 40, channels: 3, background } })
      .png()
      .toBuffer(),
  );
  return sharp(await Promise.all(frames), { join: { animated: true } })
    .gif()
    .toBuffer();
}

/** Rows of the tables of files. */
async function stored(id: string, from = app): Promise<{ rows: number; chunks: number }> {
  const connection = await from.database.connect();
  const rows = await r.table('files').getAll(id).count().run(connection);
  const chunks = await r.table('file_chunks').between([id, r.minval], [id, r.maxval]).count().run(connection);
  return { rows, chunks };
}

const nothing = { rows: 0, chunks: 0 };
const isGone = (id: string, from = app) =>
  until('the file is removed', async () => {
    const { rows, chunks } = await stored(id, from);
    return rows + chunks === 0;
  });

describe('an uploaded image', () => {
  test('a photo is stored upright, without metadata, with its size and a thumbnail', async () => {
    const room = newRoom();
    const photo = await picture(1200, 900)
      .jpeg()
      .withExif({
        IFD0: { Copyright: 'of Ada' },
        IFD3: { GPSLatitude: '51/1 30/1 0/1', GPSLatitudeRef: 'N' },
      })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(photo.includes('of Ada')).toBe(true);
    const file = await upload(room, photo, 'photo.jpg');
    expect(file).toMatchObject({ name: 'photo.jpg', type: 'image/jpeg', width: 900, height: 1200 });
    const response = await get(room, file.id);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect(bytes.length).toBe(file.size);
    const { exif, orientation, width } = await sharp(bytes).metadata();
    expect({ exif, orientation, width }).toEqual({ exif: undefined, orientation: undefined, width: 900 });
    const thumbnail = await fetch(`${filesOf(room)}/${file.id}/thumbnail`);
    expect(thumbnail.headers.get('content-type')).toBe('image/webp');
    const small = await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata();
    expect([small.width, small.height]).toEqual([600, 800]);
  });

  test('an animation keeps moving, and its thumbnail is still', async () => {
    const room = newRoom();
    const file = await upload(room, await animation(), 'wave.gif');
    expect(file).toMatchObject({ type: 'image/gif', width: 60, height: 40, animated: true });
    const whole = Buffer.from(await (await get(room, file.id)).arrayBuffer());
    expect((await sharp(whole).metadata()).pages).toBe(3);
    const thumbnail = await fetch(`${filesOf(room)}/${file.id}/thumbnail`);
    expect((await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata()).pages ?? 1).toBe(1);
  });

  test('an AVIF image is stored as WebP', async () => {
    const file = await upload(newRoom(), await picture(60, 40).avif({ effort: 0 }).toBuffer(), 'a.avif');
    expect(file).toMatchObject({ name: 'a.webp', type: 'image/webp', width: 60, height: 40 });
  });

  test('a file that is an image and a script at once is stored as the image alone', async () => {
    const room = newRoom();
    const script = '<script>alert(1)</script>';
    const polyglot = Buffer.concat([await picture(20, 20).gif().toBuffer(), Buffer.from(script)]);
    const { id, type } = await upload(room, polyglot, 'both.html');
    expect(type).toBe('image/gif');
    expect(await (await get(room, id)).text()).not.toContain(script);
  });

  test('an image with too many pixels is refused', async () => {
    const bomb = await sharp({
      create: { width: 9000, height: 9000, channels: 3, background: 'black' },
      limitInputPixels: false,
    })
      .png()
      .toBuffer();
    expect(bomb.length).toBeLessThan(FILE_LIMIT);
    const response = await send(newRoom(), bomb, 'bomb.png');
    expect([response.status, await jsonOf(response)]).toMatchObject([
      400,
      { code: 'bad-file', limit: 64_000_000 },
    ]);
  });
});

describe('an uploaded file that is no image', () => {
  test.each([
    ['a.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['a.html', '<!doctype html><script>alert(1)</script>'],
    ['a.png', 'a text, in spite of its name'],
    ['broken.png', Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100)])],
    ['tiny', 'x'],
  ])('%s is a download that a browser does not execute', async (name, content) => {
    const room = newRoom();
    const file = await upload(room, content, name);
    expect(file).toEqual({ id: file.id, name, type: 'application/octet-stream', size: content.length });
    const response = await get(room, file.id);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${name}"`,
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=31536000, immutable',
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(content))).toBe(true);
  });

  test('a file of several chunks is sent as a whole, in parts, as a head, and not again', async () => {
    const room = newRoom();
    const content = Buffer.alloc(2 * CHUNK_BYTES + 100, 'abcdefg');
    const { id } = await upload(room, content);
    expect(await stored(id)).toEqual({ rows: 1, chunks: 3 });
    const whole = await get(room, id);
    expect(Buffer.from(await whole.arrayBuffer()).equals(content)).toBe(true);
    for (const [range, start, end] of [
      ['0-9', 0, 9],
      [`${CHUNK_BYTES - 5}-${CHUNK_BYTES + 5}`, CHUNK_BYTES - 5, CHUNK_BYTES + 5],
      ['-7', content.length - 7, content.length - 1],
    ] as const) {
      const part = await get(room, id, { range: `bytes=${range}` });
      expect([part.status, part.headers.get('content-range')]).toEqual([
        206,
        `bytes ${start}-${end}/${content.length}`,
      ]);
      expect(Buffer.from(await part.arrayBuffer()).equals(content.subarray(start, end + 1))).toBe(true);
    }
    expect((await get(room, id, { range: `bytes=${content.length}-` })).status).toBe(416);
    const head = await fetch(`${filesOf(room)}/${id}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, `${content.length}`]);
    const tag = whole.headers.get('etag')!;
    expect((await get(room, id, { 'if-none-match': tag })).status).toBe(304);
  });

  test('a form with a file is stored under the name of the file', async () => {
    const form = new FormData();
    form.set('note', 'left out');
    form.set('file', new Blob(['hello']), 'Grüße "1".txt');
    const response = await fetch(filesOf(newRoom()), {
      method: 'POST',
      headers: { cookie: ada },
      body: form,
    });
    expect([response.status, await jsonOf(response)]).toMatchObject([
      201,
      { name: 'Grüße _1_.txt', size: 5 },
    ]);
  });

  test('a form without a file, with a broken body or without an end is refused', async () => {
    const form = new FormData();
    form.set('note', 'alone');
    const room = newRoom();
    const post = (body: FormData | string, type?: string) =>
      codeOf(
        fetch(filesOf(room), {
          method: 'POST',
          body,
          headers: { cookie: ada, ...(type && { 'content-type': type }) },
        }),
      );
    expect(await post(form)).toEqual([400, 'bad-file']);
    expect(await post('x', 'multipart/form-data')).toEqual([400, 'bad-request']);
    expect(await post('x', 'multipart/form-data; boundary=b')).toEqual([400, 'bad-request']);
  });

  test('an empty file and files beyond the limit are refused with the limit, also without an announced length', async () => {
    const room = newRoom();
    expect(await codeOf(send(room, ''))).toEqual([400, 'bad-file']);
    const large = Buffer.alloc(FILE_LIMIT + 1);
    const refused = await send(room, large);
    expect([refused.status, await jsonOf(refused)]).toMatchObject([
      413,
      { code: 'file-too-large', field: 'file', limit: FILE_LIMIT },
    ]);
    const parts = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 5; i++) controller.enqueue(large.subarray(0, CHUNK_BYTES));
        controller.close();
      },
    });
    const streamed = fetch(filesOf(room), {
      method: 'POST',
      headers: { cookie: ada },
      body: parts,
      duplex: 'half',
    } as RequestInit);
    expect(await codeOf(streamed)).toEqual([413, 'file-too-large']);
    const connection = await app.database.connect();
    const rest = r.table('files').getAll(room, { index: 'room' }).count();
    await until('nothing remains', async () => (await rest.run(connection)) === 0);
  });

  test('an upload whose connection is lost leaves nothing', async () => {
    const room = newRoom();
    const url = new URL(filesOf(room));
    const half = request(url, { method: 'POST', headers: { cookie: ada, 'content-length': 900 * KILOBYTE } });
    half.on('error', () => {});
    half.write(Buffer.alloc(600 * KILOBYTE));
    const connection = await app.database.connect();
    const ids = r.table<{ id: string }>('files').getAll(room, { index: 'room' })('id').coerceTo('array');
    const id = await until('the upload has begun', async () => (await ids.run(connection))[0]);
    await until('chunks are stored', async () => (await stored(id)).chunks > 0);
    // An upload that has not ended cannot be read.
    expect(await codeOf(get(room, id))).toEqual([404, 'no-such-file']);
    half.destroy();
    await isGone(id);
  });
});

describe('a message with files', () => {
  test('a message shows its files in the order of their ids, and needs no text', async () => {
    const room = newRoom();
    const one = await upload(room, await picture(30, 20).png().toBuffer(), 'one.png');
    const two = await upload(room, 'two', 'two.txt');
    const socket = await SocketClient.open(app.url);
    socket.send({ type: 'joinRoom', room });
    const response = await post(messagesOf(room), { files: [two.id, one.id] }, { cookie: ada });
    expect(response.status).toBe(201);
    expect(await jsonOf(response)).toMatchObject({ body: '', files: [two, one] });
    const frame = await until('the message is delivered', () =>
      socket.frames.find((one) => one.type === 'deliverMessage'),
    );
    expect(frame).toMatchObject({ message: { body: '', files: [two, one] } });
    socket.close();
  });

  test('a message over a socket names files', async () => {
    const room = newRoom();
    const socket = await SocketClient.open(app.url, { cookie: ada });
    const file = await upload(room, 'x', 'x.txt');
    socket.send({ type: 'createMessage', ref: 1, message: { id: `m-${room}`, room, files: [file.id] } });
    await until('it is acknowledged', () => socket.frames.find(({ type }) => type === 'ack'));
    expect(await jsonOf(await fetch(`${messagesOf(room)}/m-${room}`))).toMatchObject({
      body: '',
      files: [file],
    });
    socket.close();
  });

  test('a repeated request with the same id is the same message', async () => {
    const room = newRoom();
    const { id } = await upload(room, 'x');
    const message = { id: randomUUID(), body: 'see', files: [id] };
    expect((await post(messagesOf(room), message, { cookie: ada })).status).toBe(201);
    expect((await post(messagesOf(room), message, { cookie: ada })).status).toBe(200);
  });

  test('a message cannot name files of others, of other rooms, unknown ones, or those of another message', async () => {
    const room = newRoom();
    const ofBob = await upload(room, 'x', 'x', bob);
    const elsewhere = await upload(newRoom(), 'x');
    const sent = await upload(room, 'x');
    expect((await post(messagesOf(room), { body: 'first', files: [sent.id] }, { cookie: ada })).status).toBe(
      201,
    );
    for (const { id } of [ofBob, elsewhere, sent, { id: 'unknown' }])
      expect(await codeOf(post(messagesOf(room), { body: 'x', files: [id] }, { cookie: ada }))).toEqual([
        404,
        'no-such-file',
      ]);
    const eleven = Array.from({ length: 11 }, (_, i) => `f${i}`);
    for (const files of [eleven, [1], 'two words', { a: 1 }])
      expect(await codeOf(post(messagesOf(room), { body: 'x', files }, { cookie: ada }))).toEqual([
        400,
        'bad-file',
      ]);
    for (const files of [[], undefined])
      expect(await codeOf(post(messagesOf(room), { body: '', files }, { cookie: ada }))).toEqual([
        400,
        'bad-body',
      ]);
  });

  test('deleting a message removes its files', async () => {
    const room = newRoom();
    const file = await upload(room, Buffer.alloc(2 * CHUNK_BYTES), 'a.bin');
    const { id } = await jsonOf(await post(messagesOf(room), { files: [file.id] }, { cookie: ada }));
    await fetch(`${messagesOf(room)}/${id}`, { method: 'DELETE', headers: { cookie: ada } });
    await isGone(file.id);
    expect(await codeOf(get(room, file.id))).toEqual([404, 'no-such-file']);
  });

  test('a driver writes a message with an image, which is delivered and served, and deletes it with its files', async () => {
    const room = newRoom();
    const id = randomUUID();
    const png = await picture(30, 20).png().toBuffer();
    const connection = await app.database.connect();
    const file = { id, name: 'chart.png', type: 'image/png', size: png.length, width: 30, height: 20 };
    await r
      .table('files')
      .insert({ ...file, room })
      .run(connection);
    const parts = [png.subarray(0, 40), png.subarray(40)];
    await r
      .table('file_chunks')
      .insert(parts.map((data, n) => ({ id: [id, n], data: r.binary(data) })))
      .run(connection);
    const message = { id: randomUUID(), room, files: [file, { id: 7 }, 'x'] };
    await r.table('messages').insert(message).run(connection);
    expect(await jsonOf(await fetch(`${messagesOf(room)}/${message.id}`))).toMatchObject({
      body: '',
      files: [file],
    });
    const response = await get(room, id, { range: 'bytes=0-1' });
    expect([response.status, response.headers.get('accept-ranges')]).toEqual([200, 'none']);
    expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true);
    await r.table('messages').get(message.id).delete().run(connection);
    await isGone(id);
  });
});

describe('the right to files', () => {
  test('in a room for members only members upload and download, and leaving ends it', async () => {
    const room = newRoom();
    await post(`${app.url}/api/rooms`, { name: room, access: 'members' }, { cookie: ada });
    const { id } = await upload(room, 'secret');
    expect(await codeOf(send(room, 'x', 'x', bob))).toEqual([403, 'not-a-member']);
    for (const path of [id, `${id}/thumbnail`])
      expect(await codeOf(get(room, path, { cookie: bob }))).toEqual([403, 'not-a-member']);
    await post(`${app.url}/api/rooms/${room}/join`, {}, { cookie: bob });
    expect((await get(room, id, { cookie: bob })).status).toBe(200);
    await post(`${app.url}/api/rooms/${room}/leave`, {}, { cookie: bob });
    expect(await codeOf(get(room, id, { cookie: bob }))).toEqual([403, 'not-a-member']);
    // The address of another room leads to nothing.
    expect(await codeOf(get('lobby', id))).toEqual([404, 'no-such-file']);
  });

  test('a playground page shows files to the user that its address selects', async () => {
    const room = newRoom();
    const connection = await app.database.connect();
    await r.table('users').insert({ id: room, name: 'Player', playground: true }).run(connection);
    await post(`${app.url}/api/rooms`, { name: room, access: 'members' }, { cookie: ada });
    const { id } = await upload(room, 'secret');
    const asPlayer = () => fetch(`${filesOf(room)}/${id}?id_user=${room}`);
    expect(await codeOf(asPlayer())).toEqual([403, 'not-a-member']);
    await r
      .table('memberships')
      .insert({ id: [room, room], room, id_user: room })
      .run(connection);
    await until('the player is a member', async () => (await asPlayer()).status === 200);
    expect(await codeOf(fetch(`${filesOf(room)}/${id}?id_user=stranger`))).toEqual([404, 'no-such-user']);
  });
});

describe('the sweep', () => {
  test('the sweep removes old files that no message names, and uploads that a dead process left', async () => {
    const connection = await app.database.connect();
    const room = newRoom();
    const [unsent, named, unfinished, recent] = [1, 2, 3, 4].map(() => randomUUID());
    const old = r.epochTime(Date.now() / 1000 - 25 * 3600);
    const rows = [
      { id: unsent, size: 1, created: old },
      { id: named, size: 1, created: old },
      { id: unfinished, created: r.epochTime(Date.now() / 1000 - 3700) },
      { id: recent, size: 1, created: r.now() },
    ];
    await r
      .table('messages')
      .insert({ room, body: 'x', files: [{ id: named }] })
      .run(connection);
    await r
      .table('file_chunks')
      .insert({ id: [unfinished, 0], data: r.binary(Buffer.from('x')) })
      .run(connection);
    await r
      .table('files')
      .insert(rows.map((row) => ({ ...row, room })))
      .run(connection);
    for (const id of [unsent, unfinished]) await isGone(id!);
    for (const id of [named, recent]) expect(await stored(id!)).not.toEqual(nothing);
  });
});

describe('the limits of files', () => {
  const MAX_UPLOADS = 4;
  let limited: TestApp;
  const files = (room = 'lobby') => `${limited.url}/api/rooms/${room}/files`;
  beforeAll(async () => {
    limited = await startTestApp({
      env: { FILE_LIMIT_USER: '300KB', FILE_LIMIT_ROOM: '450KB', LIMIT_UPLOADS: `${MAX_UPLOADS}` },
      overrides: { files: { spreadMs: 0 } },
    });
  });
  afterAll(() => limited.stop());

  test('the files of a user, of a room and all files have limits, which a deleted message frees', async () => {
    const cookies = [await cookieOfGuest(limited.url, 'Ada'), await cookieOfGuest(limited.url, 'Bob')];
    const messages = `${limited.url}/api/rooms/full/messages`;
    const store = (cookie = '') =>
      fetch(files('full'), { method: 'POST', headers: { cookie }, body: Buffer.alloc(200 * KILOBYTE) });
    const first = await jsonOf(await store(cookies[0]));
    const full = await store(cookies[0]);
    expect([full.status, await jsonOf(full)]).toMatchObject([
      507,
      { code: 'file-storage-full', field: 'user', limit: 300 * KILOBYTE },
    ]);
    expect((await store(cookies[1])).status).toBe(201);
    const third = await cookieOfGuest(limited.url, 'Cleo');
    expect(await jsonOf(await store(third))).toMatchObject({ code: 'file-storage-full', field: 'room' });
    const { id } = await jsonOf(await post(messages, { files: [first.id] }, { cookie: cookies[0]! }));
    await fetch(`${messages}/${id}`, { method: 'DELETE', headers: { cookie: cookies[0]! } });
    await isGone(first.id, limited);
    expect((await store(cookies[0])).status).toBe(201);
  });

  test('the number of uploads in a minute is limited', async () => {
    const cookie = await cookieOfGuest(limited.url, 'Dora');
    const store = () => fetch(files(), { method: 'POST', headers: { cookie }, body: 'x' });
    for (let i = 0; i < MAX_UPLOADS; i++) expect((await store()).status).toBe(201);
    expect(await codeOf(store())).toEqual([429, 'rate-limited']);
  });
});
