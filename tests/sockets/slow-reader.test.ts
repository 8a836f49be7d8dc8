import r from 'rethinkdb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WRITE_BUDGET_BYTES } from '../../server/sockets/outgoing.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { PollingClient } from '../support/polling-client.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.stop());

it('a socket that does not read is closed with a reason and has all messages after reconnecting', async () => {
  const [slow, quick] = [await SocketClient.open(app.url), await SocketClient.open(app.url)];
  for (const each of [slow, quick]) await each.ask({ type: 'joinRoom', room: 'flood' });
  let got = 0;
  quick.onFrame((frame) => {
    if (frame.type === 'deliverMessage') got += 1;
  });
  slow.pause();
  const connection = await app.database.connect();
  const body = 'x'.repeat(4000);
  let sent = 0;
  // The capacity of kernel buffers varies; a reader gets at most some megabytes beyond it.
  await until(
    'the slow one is cut off',
    async () => {
      const rows = Array.from({ length: 250 }, (_, i) => ({
        room: 'flood',
        body: `${sent + i} ${body}`.slice(0, 4000),
      }));
      await r
        .table('messages')
        .insert(rows)
        .run(connection, { durability: 'soft' } as never);
      sent += rows.length;
      return app.app.parts.sockets.size === 1;
    },
    25_000,
  );
  slow.resume();
  await until('the slow one reads the reason', () => slow.closed !== null);
  expect(slow.closed).toBe(1013);
  await until('the quick one has all', () => got === sent);
  const back = await SocketClient.open(app.url);
  const { messages } = await back.ask<'roomSnapshot'>({ type: 'joinRoom', room: 'flood' });
  const { messages: stored } = await app.app.parts.messages.latest('flood', 100);
  expect(messages).toEqual(stored);
  for (const each of [slow, quick, back]) each.cut();
}, 60_000);

it('a long-polling socket that does not poll is closed when its pending bytes exceed the budget', async () => {
  const { rooms, sockets } = app.app.parts;
  await until('no other socket is there', () => sockets.size === 0);
  const polling = await PollingClient.open(app.url);
  await polling.post({ type: 'joinRoom', room: 'busy' });
  const witness = await SocketClient.open(app.url);
  await witness.ask({ type: 'joinRoom', room: 'busy' });
  await until('both are there', () => sockets.size === 2 && rooms.size > 0);
  const connection = await app.database.connect();
  const rows = Array.from({ length: 50 }, () => ({ room: 'busy', body: '字'.repeat(4000) }));
  let most = 0;
  await until(
    'it is closed',
    async () => {
      await r
        .table('messages')
        .insert(rows)
        .run(connection, { durability: 'soft' } as never);
      most = Math.max(most, ...sockets.pendingBytes);
      return sockets.size === 1;
    },
    20_000,
  );
  expect(most).toBeGreaterThan(WRITE_BUDGET_BYTES / 2);
  expect(most).toBeLessThan(WRITE_BUDGET_BYTES + 2_000_000);
  await until('the session is unknown', async () => (await polling.post({ type: 'typing' })) === 400);
  witness.close();
}, 60_000);
