import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChatClient } from '../src/chat-client.js';
import type { ChatClientOptions } from '../src/client-options.js';
import { PROTOCOL_VERSION } from '../src/frames.js';
import { fakeTransports, welcome } from './fake-transport.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets the time pass until the next attempt. */
function waitForAttempt({ connection }: ChatClient): void {
  if (connection.name === 'waiting') vi.advanceTimersByTime(connection.until - Date.now());
}

function connect(options: Partial<ChatClientOptions> = {}) {
  const { open, all, last } = fakeTransports();
  const client = new ChatClient({ url: 'http://localhost', open, random: () => 1, ...options });
  const states: string[] = [];
  client.subscribe((event) => event.type === 'connection' && states.push(event.state.name));
  client.connect();
  return { client, all, last, states };
}

test('a lost connection is opened again after delays that double up to the maximum', () => {
  const { client, all, last } = connect({ reconnectDelayMs: { min: 1_000, max: 5_000 } });
  const delays: number[] = [];
  for (let attempt = 0; attempt < 4; attempt += 1) {
    last().lose();
    const { connection } = client;
    if (connection.name === 'waiting') delays.push(connection.until - Date.now());
    waitForAttempt(client);
  }
  expect(delays).toEqual([1_000, 2_000, 4_000, 5_000]);
  expect(all).toHaveLength(5);
});

test('delays are random between half of their bound and the bound, so that clients do not return at once', () => {
  const delayOf = (random: number) => {
    const { client, last } = connect({ random: () => random, reconnectDelayMs: { min: 1_000, max: 5_000 } });
    last().lose();
    return client.connection.name === 'waiting' ? client.connection.until - Date.now() : 0;
  };
  expect([0, 0.5, 1].map(delayOf)).toEqual([500, 750, 1_000]);
});

test('the delays start again at the minimum after a connection was established', () => {
  const { client, last } = connect({ reconnectDelayMs: { min: 1_000, max: 60_000 } });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    last().lose();
    waitForAttempt(client);
  }
  last().open();
  last().lose();
  expect(client.connection).toMatchObject({ name: 'waiting', until: Date.now() + 1_000 });
});

test('an attempt that does not succeed within 15 seconds is abandoned', () => {
  const { client, all } = connect();
  vi.advanceTimersByTime(14_999);
  expect(client.connection.name).toBe('connecting');
  vi.advanceTimersByTime(1);
  expect(client.connection.name).toBe('waiting');
  expect(all[0]?.isClosed).toBe(true);
});

test('retryNow does not wait for the next attempt, and starts no second one', () => {
  const { client, all, last } = connect();
  last().lose();
  client.retryNow();
  client.retryNow();
  expect(client.connection.name).toBe('connecting');
  expect(all).toHaveLength(2);
  last().open();
  vi.advanceTimersByTime(60_000);
  expect(all).toHaveLength(2);
});

test('while the device is offline there are no attempts, and one follows as soon as it is online', () => {
  const { client, all, last } = connect();
  last().open();
  client.setOnline(false);
  expect(client.connection.name).toBe('offline');
  expect(last().isClosed).toBe(true);
  vi.advanceTimersByTime(600_000);
  expect(all).toHaveLength(1);
  client.setOnline(true);
  expect(client.connection.name).toBe('connecting');
  expect(all).toHaveLength(2);
});

test('a client can be closed by a subscriber of its events', () => {
  const { client, last, states } = connect();
  client.subscribe((event) => event.type === 'connection' && client.close());
  last().open();
  expect(states).toEqual(['connecting', 'open', 'closed']);
});

test('a closed client does not connect again', () => {
  const { client, all, last } = connect();
  last().open();
  client.close();
  client.setOnline(false);
  client.setOnline(true);
  vi.advanceTimersByTime(600_000);
  expect(client.connection.name).toBe('closed');
  expect(all).toHaveLength(1);
});

test('a server that stops names the time after which the client returns', () => {
  const { client, all, last } = connect();
  last().open();
  last().receive(welcome());
  last().receive({ type: 'goingAway', retryAfterMs: 4_000 });
  expect(client.connection).toEqual({ name: 'waiting', until: Date.now() + 4_000, reason: 'restart' });
  expect(all[0]?.isClosed).toBe(true);
  vi.advanceTimersByTime(4_000);
  last().open();
  last().lose();
  expect(client.connection).toMatchObject({ name: 'waiting', reason: undefined });
});

test('a server that refuses a socket names the reason', () => {
  const { client, last } = connect();
  last().open();
  last().receive({
    type: 'error',
    code: 'too-many-sockets',
    message: 'Too many sockets',
    retryAfterMs: 9_000,
  });
  expect(client.connection).toEqual({
    name: 'waiting',
    until: Date.now() + 9_000,
    reason: 'too-many-sockets',
  });
});

test('a server of a newer major version ends the client with both versions; a newer minor version does not', () => {
  const { client, all, last } = connect();
  last().open();
  last().receive(welcome('1.7'));
  expect(client.connection.name).toBe('open');
  last().receive(welcome('2.0'));
  expect(client.connection).toEqual({
    name: 'incompatible',
    serverVersion: '2.0',
    clientVersion: PROTOCOL_VERSION,
  });
  vi.advanceTimersByTime(600_000);
  expect(all).toHaveLength(1);
});

test('subscribers see the states of a connection in order', () => {
  const { client, last, states } = connect();
  last().open();
  last().lose();
  waitForAttempt(client);
  last().open();
  client.close();
  expect(states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open', 'closed']);
});
