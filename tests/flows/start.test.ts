import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { childEnvironment } from '../support/child-environment.js';
import { endAllServers, failToStart, startServer } from '../support/server-process.js';
import { until } from '../support/until.js';

const run = promisify(execFile);

/** The bodies of a room's messages, oldest first. */
async function bodies(url: string, room: string): Promise<string[]> {
  const response = await fetch(`${url}/api/rooms/${room}/messages`);
  expect(response.status).toBe(200);
  const { messages } = (await response.json()) as { messages: { body: string }[] };
  return messages.map(({ body }) => body);
}

async function post(url: string, room: string, body: string): Promise<void> {
  const response = await fetch(`${url}/api/rooms/${room}/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ body }),
  });
  expect(response.status).toBe(201);
}

/** The state of the database on /readyz. */
async function databaseOf(url: string): Promise<{ state: string; since: string }> {
  const { dependencies } = (await (await fetch(`${url}/readyz`)).json()) as {
    dependencies: { database: { state: string; since: string } };
  };
  return dependencies.database;
}

/** Reads the event stream of a room until it contains `text`. */
async function readUntil(stream: Response, text: string): Promise<string> {
  const decoder = new TextDecoder();
  let seen = '';
  for await (const chunk of stream.body!) {
    seen += decoder.decode(chunk as Uint8Array, { stream: true });
    if (seen.includes(text)) return seen;
  }
  throw new Error(`The stream ended without ${text}: ${seen}`);
}

describe('the built server', () => {
  let DATA_DIR: string;

  beforeEach(async () => {
    DATA_DIR = await mkdtemp(path.join(tmpdir(), 'changeroom-start-'));
  });
  afterEach(async () => {
    await endAllServers();
    await rm(DATA_DIR, { recursive: true, force: true });
  });

  test('the built server starts, stores messages, stops on SIGTERM and has the history after a restart', async () => {
    const first = await startServer({ DATA_DIR });
    await post(first.url, 'lobby', 'one');
    await post(first.url, 'lobby', 'two');
    expect((await first.end('SIGTERM')).code).toBe(0);

    const second = await startServer({ DATA_DIR });
    expect(await bodies(second.url, 'lobby')).toEqual(['one', 'two']);
    expect((await second.end('SIGINT')).code).toBe(0);
  });

  test('the built server has every acknowledged message after kill -9', async () => {
    const first = await startServer({ DATA_DIR });
    const sent = Array.from({ length: 20 }, (_, i) => `message ${i}`);
    for (const body of sent) await post(first.url, 'lobby', body);
    expect((await first.end('SIGKILL')).code).toBe('SIGKILL');

    const second = await startServer({ DATA_DIR });
    expect(await bodies(second.url, 'lobby')).toEqual(sent);
  });

  test('the built server shows at once the inserts, edits and deletions of a driver', async () => {
    const { url, databasePort } = await startServer({ DATA_DIR });
    const write = async (...args: string[]) => {
      const env = childEnvironment({ EMBEDDED_PORT: String(databasePort) });
      return (await run(process.execPath, ['dist/scripts/message.js', ...args], { env })).stdout.trim();
    };
    const follow = () => fetch(`${url}/api/rooms/lobby/events`);

    const inserted = readUntil(await follow(), 'from outside');
    const id = await write('insert', 'lobby', 'from outside');
    expect(await inserted).toContain(id);

    const edited = readUntil(await follow(), 'with another text');
    await write('edit', id, 'with another text');
    expect(await edited).toContain('"edited":');

    const removed = readUntil(await follow(), 'removeMessage');
    await write('delete', id);
    expect(await removed).toContain(id);
    await expect(write('insert', 'lobby', ' ')).rejects.toThrow('body is empty');
  });

  test('the built server restarts its database when it exits, and exits when the database exits again at once', async () => {
    // Preloaded into the server: terminates the database's thread on a signal.
    const preload = path.join(DATA_DIR, 'preload.mjs');
    await writeFile(
      preload,
      "process.on('worker', (thread) => process.once('SIGUSR2', () => thread.terminate()));",
    );
    const server = await startServer({ DATA_DIR, LOG_LEVEL: 'fatal', NODE_OPTIONS: `--import=${preload}` });
    await post(server.url, 'lobby', 'before');
    const stream = await fetch(`${server.url}/api/rooms/lobby/events`);
    const before = await databaseOf(server.url);
    const ended = server.end('SIGUSR2');
    await until('the end is logged', () => server.output.includes('embedded database: ended unexpectedly'));
    await until('it is there again', async () => {
      const now = await databaseOf(server.url);
      return now.state === 'up' && now.since !== before.since;
    });
    await post(server.url, 'lobby', 'after');
    expect(await readUntil(stream, 'after')).toContain('before');
    expect(await bodies(server.url, 'lobby')).toEqual(['before', 'after']);
    void server.end('SIGUSR2');
    expect(await ended).toMatchObject({
      code: 1,
      output: expect.stringContaining('\nChangeroom: The embedded database ended unexpectedly.\n'),
    });
  });

  test('stopping the built server does not wait for event streams', async () => {
    const server = await startServer({ DATA_DIR, SHUTDOWN_SECONDS: '20' });
    const stream = await fetch(`${server.url}/api/rooms/lobby/events`);
    const [{ code }] = await Promise.all([server.end('SIGTERM'), stream.text()]);
    expect(code).toBe(0);
  });

  test('the built server names the port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const taken = String((other.address() as AddressInfo).port);
      const web = await failToStart({ DATA_DIR, PORT: taken });
      expect(web).toEqual({
        code: 1,
        output: `Changeroom: port ${taken} is in use: set PORT to another one\n`,
      });
      const database = await failToStart({ DATA_DIR, EMBEDDED_PORT: taken });
      expect(database.code).toBe(1);
      expect(database.output).toContain(taken);
      expect(database.output).toContain('EMBEDDED_PORT');
      expect(database.output).not.toContain('    at ');
    } finally {
      other.close();
    }
  });

  test('the built server lists all invalid settings', async () => {
    const { code, output } = await failToStart({
      DATA_DIR,
      PORT: 'http',
      LOG_LEVEL: 'loud',
      SESSION_SECRET: 'short',
    });
    expect(code).toBe(2);
    expect(output.trim().split('\n')).toEqual([
      'Changeroom: The configuration is invalid:',
      expect.stringMatching(/^ {2}- PORT /),
      expect.stringMatching(/^ {2}- LOG_LEVEL /),
      expect.stringMatching(/^ {2}- SESSION_SECRET /),
    ]);
  });
});
