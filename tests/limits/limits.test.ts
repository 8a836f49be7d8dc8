import { afterEach, describe, expect, it } from 'vitest';
import type { LimitsConfig } from '../../server/config/limits-config.js';
import { Limits } from '../../server/limits/limits.js';
import { createLog } from '../../server/telemetry/logger.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';

const limits = (config: Partial<LimitsConfig>) => new Limits(config, createLog({ log: 'silent' }));

describe('limits', () => {
  it('limits count each user separately', async () => {
    const few = limits({ messages: 2 });
    await few.message('ann');
    await few.message('ann');
    await few.message('bob');
    const error = await few.message('ann').catch((refused) => refused);
    expect(error).toMatchObject({ code: 'rate-limited', details: { limit: 2 } });
    expect(error.details.retryAfterMs).toBeGreaterThan(0);
    expect(error.details.retryAfterMs).toBeLessThanOrEqual(10_000);
  });

  it('limits do not count loopback addresses', async () => {
    const few = limits({ requests: 1, sockets: 1 });
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      for (let i = 0; i < 3; i += 1) {
        await few.request(address);
        few.socket(address);
      }
    }
    await few.request('192.0.2.1');
    await expect(few.request('192.0.2.1')).rejects.toMatchObject({ code: 'rate-limited' });
  });

  it('limits count sockets while they are open', () => {
    const few = limits({ sockets: 2 });
    const [first] = [few.socket('192.0.2.1'), few.socket('192.0.2.1'), few.socket('192.0.2.2')];
    expect(() => few.socket('192.0.2.1')).toThrow('2 sockets');
    first!();
    first!();
    few.socket('192.0.2.1');
    expect(() => few.socket('192.0.2.1')).toThrow('2 sockets');
  });

  it('a limit of 0 allows any number', async () => {
    const any = limits({});
    const frames = any.frames();
    for (let i = 0; i < 2000; i += 1) {
      await any.message('ann');
      await any.history('ann');
      expect(frames.add()).toBe('take');
      any.socket('192.0.2.1');
    }
  });
});

describe('a client beyond its limits', () => {
  let app: TestApp;
  afterEach(() => app?.stop());

  it('a rate-limited socket receives an error with the retry time, and the refused message is not stored', async () => {
    app = await startTestApp({ env: { LIMIT_MESSAGES: '3', LIMIT_JOINS: '2', LIMIT_FRAMES: '9' } });
    const client = await SocketClient.open(app.url);
    const create = { type: 'createMessage', message: { room: 'flood', body: 'x' } };
    const answers = [];
    for (let i = 0; i < 4; i += 1) answers.push(await client.ask(create));
    expect(answers.map(({ type }) => type)).toEqual(['ack', 'ack', 'ack', 'error']);
    expect(answers[3]).toMatchObject({ code: 'rate-limited', limit: 3, retryAfterMs: expect.any(Number) });
    for (const room of ['a', 'b']) await client.ask({ type: 'joinRoom', room });
    expect(await client.ask({ type: 'joinRoom', room: 'c' })).toMatchObject({
      code: 'rate-limited',
      limit: 2,
    });
    for (let i = 0; i < 2; i += 1) await client.ask({ type: 'leaveRoom', room: 'a' });
    expect(await client.ask({ type: 'leaveRoom', room: 'a' })).toMatchObject({
      code: 'too-many-frames',
      limit: 9,
      retryAfterMs: expect.any(Number),
    });
    const { messages } = await app.app.parts.messages.latest('flood', 10);
    expect(messages).toHaveLength(3);
    client.close();
  });

  it('a rate-limited HTTP client is identified by the address that a trusted proxy forwards', async () => {
    app = await startTestApp({ env: { LIMIT_REQUESTS: '2' } });
    const ask = (address: string) => fetch(`${app.url}/api/me`, { headers: { 'x-forwarded-for': address } });
    for (let i = 0; i < 2; i += 1) expect((await ask('192.0.2.1')).status).toBe(200);
    const refused = await ask('192.0.2.1');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'rate-limited', limit: 2 });
    expect((await ask('192.0.2.2')).status).toBe(200);
    await expect(SocketClient.open(app.url, { 'x-forwarded-for': '192.0.2.1' })).rejects.toThrow('closed');
  });

  it('an address cannot open more sockets than its limit', async () => {
    app = await startTestApp({ env: { LIMIT_SOCKETS: '1' } });
    const headers = { 'x-forwarded-for': '192.0.2.1' };
    const first = await SocketClient.open(app.url, headers);
    await expect(SocketClient.open(app.url, headers)).rejects.toThrow('closed');
    first.close();
    const again = await until('there is room again', () =>
      SocketClient.open(app.url, headers).catch(() => null),
    );
    again.close();
  });
});
