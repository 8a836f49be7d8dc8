import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import r from 'rethinkdb';
import { afterEach, describe, expect, test } from 'vitest';
import {
  mountSmallDisk,
  type SmallDisk,
  skipWithoutMount,
} from '../../packages/embedded-rethinkdb/tests/support/small-disk.js';
import { jsonOf, post } from '../http/client.js';
import { EventReader } from '../http/event-reader.js';
import { endAllServers, failToStart, startServer } from '../support/server-process.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

const MEGABYTE = 1024 * 1024;
/** Below the reserve of 16 MB, above its last part. */
const LITTLE_BYTES = 4 * MEGABYTE;
/** Rate limits that the tests do not reach. */
const UNLIMITED = { LIMIT_MESSAGES: '0', LIMIT_REQUESTS: '0', LIMIT_JOINS: '0' };

let disk: SmallDisk | undefined;
const cleanups: (() => void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await endAllServers();
  disk?.unmount();
  disk = undefined;
});

function settingsOn(on: SmallDisk): Record<string, string> {
  return { DATA_DIR: path.join(on.directory, 'data'), LOG_LEVEL: 'info', ...UNLIMITED };
}

const readyz = async (url: string) => {
  const response = await fetch(`${url}/readyz`);
  return { httpStatus: response.status, ...(await jsonOf(response)) };
};

/** The bodies of the newest messages of a room. */
async function bodies(url: string, room: string): Promise<string[]> {
  const { messages } = await jsonOf(await fetch(`${url}/api/rooms/${room}/messages?limit=100`));
  return messages.map(({ body }: { body: string }) => body);
}

describe('a server whose disk is full', skipWithoutMount(), () => {
  test('a server with a full disk refuses messages with 507, serves reads, and accepts messages when space is freed', async () => {
    disk = mountSmallDisk(64);
    const server = await startServer(settingsOn(disk));
    const messages = `${server.url}/api/rooms/lobby/messages`;
    expect((await post(messages, { body: 'before' })).status).toBe(201);
    expect((await readyz(server.url)).storage).toMatchObject({ state: 'ok' });
    const stream = new EventReader(`${server.url}/api/rooms/lobby/events`);
    cleanups.push(() => stream.close());
    await until('the stream has the message', () => stream.story.includes('before'));

    await disk.fill(LITTLE_BYTES);
    const refused = await until('a message is refused', async () => {
      const response = await post(messages, { body: 'refused' });
      return response.status === 507 ? response : null;
    });
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const problem = await refused.text();
    expect(JSON.parse(problem)).toMatchObject({ code: 'storage-full', status: 507 });
    expect(problem).not.toContain(disk.directory);
    const socket = await SocketClient.open(server.url);
    cleanups.push(() => socket.close());
    expect(await socket.ask({ type: 'joinRoom', room: 'lobby' })).toMatchObject({ type: 'roomSnapshot' });
    const answer = await socket.ask<'error'>({
      type: 'createMessage',
      message: { id: '019a0000-0000-7000-8000-000000000001', room: 'lobby', body: 'by socket' },
    });
    expect(answer).toMatchObject({ type: 'error', code: 'storage-full', retryAfterMs: expect.any(Number) });

    expect(await bodies(server.url, 'lobby')).toContain('before');
    expect((await fetch(`${server.url}/`)).status).toBe(200);
    expect(await readyz(server.url)).toMatchObject({
      httpStatus: 200,
      status: 'ready',
      dependencies: { database: { state: 'up' } },
      storage: { state: 'full' },
    });
    expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(/^changeroom_storage_full 1$/m);
    expect(server.output).toMatch(/storage full, writes are refused/);
    await until('the log has the figures', () =>
      /[\d.]+ MB are free on the disk, 16\.0 MB are kept in reserve/.test(server.output),
    );

    await disk.free();
    await until(
      'a message is accepted',
      async () => (await post(messages, { body: 'after' })).status === 201,
    );
    await until('the stream has the message', () => stream.story.includes('after'));
    expect(stream.ended).toBe(false);
    await until('/readyz says so', async () => (await readyz(server.url)).storage.state === 'ok');
    expect(server.output).not.toMatch(/database (connection lost|unavailable)/);
  });

  test('refused heartbeats do not disconnect a server with a full disk from its database', async () => {
    disk = mountSmallDisk(64);
    const server = await startServer(settingsOn(disk));
    await disk.fill(LITTLE_BYTES);
    await until('heartbeats are refused', async () => (await readyz(server.url)).storage.state === 'full');
    const { since } = (await readyz(server.url)).storage;
    // Two more heartbeats of 5 seconds would close the connection if they counted as missing.
    await until('four beats have passed', () => Date.now() - Date.parse(since) > 17_000, 30_000);
    expect((await readyz(server.url)).dependencies.database.state).toBe('up');
    expect(server.output).not.toMatch(/database (connection lost|unavailable)/);
  }, 60_000);

  test('a killed server keeps every acknowledged message and starts again on the full disk', async () => {
    disk = mountSmallDisk(64);
    const settings = settingsOn(disk);
    const first = await startServer(settings);
    const acknowledged: string[] = [];
    await disk.fill(17 * MEGABYTE);
    const writer = async (name: string) => {
      for (let n = 0; n < 5_000; n++) {
        const body = `${name}${n} ${'x'.repeat(3_000)}`;
        const response = await post(`${first.url}/api/rooms/${name}/messages`, { body });
        if (response.status === 507) return;
        // 200: it was stored together with others that did not fit, and was tried again.
        expect([200, 201]).toContain(response.status);
        acknowledged.push(body);
      }
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(writer));
    expect(acknowledged.length).toBeGreaterThan(0);
    await disk.fill(0);
    await first.end('SIGKILL');

    const second = await startServer(settings);
    const kept = (await Promise.all(['a', 'b', 'c', 'd'].map((room) => bodies(second.url, room)))).flat();
    const names = (list: string[]) => list.map((body) => body.split(' ')[0]).toSorted();
    expect(names(kept)).toEqual(names(acknowledged));
    expect((await post(`${second.url}/api/rooms/a/messages`, { body: 'refused' })).status).toBe(507);
    await disk.free();
    await until('a message is accepted', async () => {
      return (await post(`${second.url}/api/rooms/a/messages`, { body: 'later' })).status === 201;
    });
  }, 90_000);

  test('a server does not start with a new folder on a full disk and prints the remedy', async () => {
    disk = mountSmallDisk(64);
    await disk.fill(LITTLE_BYTES);
    const { code, output } = await failToStart(settingsOn(disk));
    expect(code).toBe(1);
    expect(output).toMatch(
      /A new database cannot be created .* Free space on this disk, [\s\S]*Set DATA_DIR/,
    );
  });
});

test('a server stores at most DATA_LIMIT', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-limit-'));
  try {
    const server = await startServer({ DATA_DIR: directory, DATA_LIMIT: '1MB', ...UNLIMITED });
    let written = 0;
    await until('a message is refused', async () => {
      const response = await post(`${server.url}/api/rooms/lobby/messages`, { body: 'x'.repeat(4_000) });
      if (response.status === 507) return true;
      expect(response.status).toBe(201);
      written++;
      return false;
    });
    expect(written).toBeGreaterThan(50);
    await until('/readyz says so', async () => (await readyz(server.url)).storage.state === 'full');
  } finally {
    await endAllServers();
    await rm(directory, { recursive: true, force: true });
  }
});

test('an upload that does not fit is refused with 507 and leaves nothing, and the server goes on', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'changeroom-limit-'));
  try {
    const server = await startServer({ DATA_DIR: directory, DATA_LIMIT: '4MB', ...UNLIMITED });
    const send = (bytes: number) =>
      fetch(`${server.url}/api/rooms/lobby/files?name=a.bin`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        // Random bytes do not shrink where a database compresses.
        body: randomBytes(bytes),
      });
    const refused = await send(5 * MEGABYTE);
    expect([refused.status, (await jsonOf(refused)).code]).toEqual([507, 'storage-full']);
    const connection = await r.connect({ host: '127.0.0.1', port: server.databasePort, db: 'changeroom' });
    cleanups.push(() => void connection.close());
    const rows = () => r.table('files').count().add(r.table('file_chunks').count()).run(connection);
    await until('nothing is stored', async () => (await rows()) === 0, 30_000);
    await until('space is free again', async () => (await send(100 * 1024)).status === 201, 30_000);
    const messages = `${server.url}/api/rooms/lobby/messages`;
    expect((await post(messages, { body: 'after' })).status).toBe(201);
  } finally {
    await endAllServers();
    await rm(directory, { recursive: true, force: true });
  }
});
