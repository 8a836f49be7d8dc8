import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { r as rethinkdbTs } from 'rethinkdb-ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbedded } from '../src/index.js';
import { startCommand } from './support/command.js';
import { connectRefused, r } from './support/driver.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'embedded-socket-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('drivers connect to a Unix socket, which only its owner can use and which a stop removes', async () => {
  const socketPath = path.join(folder, 'own.sock');
  const database = await startEmbedded({ memory: true, socketPath, password: 'secret' });
  expect(database).toMatchObject({ socketPath, port: 0 });
  expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  const connection = await r.connect({ port: socketPath, password: 'secret' });
  expect(await r.expr(1).add(1).run(connection)).toBe(2);
  await connection.close();
  await expect(connectRefused({ port: socketPath, password: 'wrong' })).rejects.toThrow('Wrong password');
  const options = { server: { path: socketPath }, password: 'secret' };
  const other = await rethinkdbTs.connect(options as never);
  expect(await rethinkdbTs.expr(3).run(other)).toBe(3);
  await other.close();
  await database.stop();
  expect(existsSync(socketPath)).toBe(false);
});

test('a Unix socket and a TCP port can be used together', async () => {
  const socketPath = path.join(folder, 'both.sock');
  const database = await startEmbedded({ memory: true, socketPath, port: 0 });
  expect(database.port).toBeGreaterThan(0);
  for (const port of [socketPath, database.port]) await (await r.connect({ port })).close();
  await database.stop();
});

test('a socket that a killed process left is replaced, and one in use is refused', async () => {
  const socketPath = path.join(folder, 'left.sock');
  const command = startCommand(['--memory', '--socket', socketPath]);
  await command.prints(/listens at (.*left\.sock)/);
  await expect(startEmbedded({ memory: true, socketPath })).rejects.toMatchObject({
    code: 'embedded-port-taken',
    message: expect.stringContaining(socketPath),
  });
  await command.end('SIGKILL');
  expect(existsSync(socketPath)).toBe(true);
  const database = await startEmbedded({ memory: true, socketPath });
  await (await r.connect({ port: socketPath })).close();
  await database.stop();
});
