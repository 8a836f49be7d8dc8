import { afterEach, describe, expect, it } from 'vitest';
import { INBOX_FRAMES } from '../../server/sockets/inbox.js';
import { json, silence, startWebServer, type WebServer } from '../auth/web-server.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { PollingClient } from '../support/polling-client.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

let app: TestApp;
let accounts: WebServer | undefined;
afterEach(async () => {
  await app?.stop();
  await accounts?.stop();
  accounts = undefined;
});

const errors = (client: SocketClient) => client.frames.filter((frame) => frame.type === 'error');

describe('a socket that sends more frames than allowed', () => {
  it('a flooding socket gets one error, with the time for which its frames are dropped, and no further ones', async () => {
    app = await startTestApp({ env: { LIMIT_FRAMES: '10' } });
    const client = await SocketClient.open(app.url);
    for (let i = 0; i < 60; i += 1) client.send({ type: 'leaveRoom', room: 'a', ref: i });
    await until('the refusal', () => errors(client).length > 0);
    // A socket of its own, whose frames come later than those above.
    const other = await SocketClient.open(app.url);
    await other.ask({ type: 'leaveRoom', room: 'a' });
    expect(errors(client)).toEqual([
      expect.objectContaining({ code: 'too-many-frames', ref: 10, limit: 10 }),
    ]);
    expect(client.frames.filter(({ type }) => type === 'ack')).toHaveLength(10);
    expect(client.closed).toBeNull();
    for (const each of [client, other]) each.close();
  });

  it('a socket that sends ten times its limit of frames is closed with a reason', async () => {
    app = await startTestApp({ env: { LIMIT_FRAMES: '10' } });
    const client = await SocketClient.open(app.url);
    for (let i = 0; i < 200; i += 1) client.send({ type: 'leaveRoom', room: 'a' });
    await until('it is closed', () => client.closed !== null);
    expect(client.closed).toBe(1008);
    await until('the server has forgotten it', () => app.app.parts.sockets.size === 0);
  });

  it.each([
    ['that are no JSON', '{"type":'],
    ['of the protocol of Primus', '"primus::id::"'],
  ])('a socket that sends ten times its limit is closed also for frames %s', async (_what, text) => {
    app = await startTestApp({ env: { LIMIT_FRAMES: '10' } });
    const client = await SocketClient.open(app.url);
    for (let i = 0; i < 200; i += 1) client.sendText(text);
    await until('it is closed', () => client.closed !== null);
    expect(client.closed).toBe(1008);
    expect(errors(client).length).toBeLessThanOrEqual(11);
  });
});

describe('history and repeated joins', () => {
  it('loading history and joining again are limited per user', async () => {
    app = await startTestApp({ env: { LIMIT_HISTORY: '2', LIMIT_JOINS: '3' } });
    const client = await SocketClient.open(app.url);
    const loadHistory = { type: 'loadHistory', room: 'a', before: { sent: Date.now(), id: 'z' } };
    const pages = [];
    for (let i = 0; i < 3; i += 1) pages.push(await client.ask(loadHistory));
    expect(pages.map(({ type }) => type)).toEqual(['history', 'history', 'error']);
    expect(pages[2]).toMatchObject({
      code: 'rate-limited',
      limit: 2,
      retryAfterMs: expect.any(Number),
    });
    const joins = [];
    for (let i = 0; i < 4; i += 1) joins.push(await client.ask({ type: 'joinRoom', room: 'a' }));
    expect(joins.map(({ type }) => type)).toEqual(['roomSnapshot', 'roomSnapshot', 'roomSnapshot', 'error']);
    expect(joins[3]).toMatchObject({ code: 'rate-limited', limit: 3 });
    client.close();
  });
});

describe('frames before authentication', () => {
  const open = async () => {
    accounts = await startWebServer(silence);
    const env = { AUTH: 'accounts', AUTH_SERVER: accounts.url, LIMIT_FRAMES: '0' };
    app = await startTestApp({ env });
    return SocketClient.connect(app.url, { cookie: 'changeroom_token=t' });
  };

  it('frames sent before authentication wait in order, reading pauses, and no frame is lost', async () => {
    const client = await open();
    await until('the service is asked', () => accounts!.requests.length > 0);
    const count = 20_000;
    for (let i = 0; i < count; i += 1) client.send({ type: 'leaveRoom', room: 'a', ref: i });
    const acks = () => client.frames.flatMap((frame) => (frame.type === 'ack' ? [frame.ref] : []));
    accounts!.release(json({ id_user: 'ada', name: 'Ada' }));
    await until('all are answered', () => acks().length === count);
    expect(acks()).toEqual(Array.from({ length: count }, (_, i) => i));
    client.close();
  });

  it('a long-polling socket that sends too many frames before authentication is closed', async () => {
    accounts = await startWebServer(silence);
    const env = { AUTH: 'accounts', AUTH_SERVER: accounts.url, LIMIT_FRAMES: '0' };
    app = await startTestApp({ env });
    const client = await PollingClient.open(app.url, { cookie: 'changeroom_token=t' });
    await until('the service is asked', () => accounts!.requests.length > 0);
    const frames = Array.from({ length: 1_000 }, () => ({ type: 'leaveRoom', room: 'a' }));
    for (let sent = 0; sent < INBOX_FRAMES; sent += frames.length)
      expect(await client.post(...frames)).toBe(200);
    expect(app.app.parts.sockets.size).toBe(1);
    await client.post(...frames);
    await until('it is closed', () => app.app.parts.sockets.size === 0);
  });
});
