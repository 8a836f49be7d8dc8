import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbedded } from '../src/index.js';
import { r } from './support/driver.js';
import { until } from './support/until.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'embedded-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('a stop ends connections and feeds, can be repeated, and does not call onExit', async () => {
  let unexpected = 0;
  const server = await startEmbedded({ directory, onExit: () => unexpected++ });
  const connection = await r.connect({ port: server.port });
  await r.tableCreate('t').run(connection);
  const feed = await r.table('t').changes().run(connection);
  const ended = expect(feed.next()).rejects.toThrow('Connection is closed');
  await Promise.all([server.stop(), server.stop()]);
  await ended;
  await expect(r.connect({ port: server.port })).rejects.toThrow('Could not connect');
  expect(unexpected).toBe(0);
});

test('an unexpected end calls onExit, and the directory can be opened again', async () => {
  const threads: Worker[] = [];
  const note = (worker: Worker) => threads.push(worker);
  process.on('worker', note);
  let reported: Error | undefined;
  const onExit = (error: Error) => {
    reported = error;
  };
  await startEmbedded({ directory, onExit });
  process.off('worker', note);
  await Promise.all(threads.map((thread) => thread.terminate()));
  await until('the end is reported', () => reported);
  expect(reported!.message).toContain('ended unexpectedly');
  const again = await startEmbedded({ directory });
  await again.stop();
});
