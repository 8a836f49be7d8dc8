import { expect, test } from 'vitest';
import { ChatClient } from '../src/chat-client.js';
import type { ChatClientOptions } from '../src/client-options.js';
import type { GuestStorage } from '../src/guest-token.js';
import { fakeTransports, welcome } from './fake-transport.js';

const URL = 'https://chat.example';

function storage(entries: Record<string, string> = {}): GuestStorage & { entries: Record<string, string> } {
  return {
    entries,
    getItem: (key) => entries[key] ?? null,
    setItem: (key, value) => {
      entries[key] = value;
    },
  };
}

function connect(options: Partial<ChatClientOptions> = {}) {
  const { open, all, last } = fakeTransports();
  const client = new ChatClient({ url: URL, open, ...options });
  client.connect();
  last().open();
  return { client, all, last };
}

const badToken = { type: 'error', code: 'bad-token', message: 'the token is invalid' } as const;

test('a guest remains the same after a reconnect, also without storage', () => {
  const { client, last } = connect();
  expect(last().options.query).toEqual({});
  last().receive({ ...welcome(), token: 'of ann' });
  last().lose();
  client.retryNow();
  expect(last().options.query).toEqual({ token: 'of ann' });
});

test('a guest remains the same after a restart of the application, for each server', () => {
  const guestStorage = storage();
  connect({ guestStorage })
    .last()
    .receive({ ...welcome(), token: 'of ann' });
  expect(connect({ guestStorage }).last().options.query).toEqual({ token: 'of ann' });
  expect(connect({ guestStorage, url: 'https://other.example' }).last().options.query).toEqual({});
});

test('a guest whose token the server refuses becomes a new guest at once', async () => {
  const guestStorage = storage({ [`changeroom.guest ${URL}`]: 'old' });
  const { client, all, last } = connect({ guestStorage });
  expect(last().options.query).toEqual({ token: 'old' });
  last().receive(badToken);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(all).toHaveLength(2);
  expect(last().options.query).toEqual({});
  last().open();
  last().receive({ ...welcome(), token: 'new' });
  expect(client.user).toMatchObject({ id_user: 'ann' });
  expect(Object.values(guestStorage.entries)).toEqual(['new']);
});

test('a client with a token of its own sends and stores no token of a guest', () => {
  const guestStorage = storage({ [`changeroom.guest ${URL}`]: 'of ann' });
  const { last } = connect({ guestStorage, token: 'of an issuer' });
  expect(last().options.query).toEqual({});
  last().receive({ ...welcome(), token: 'of bob' });
  expect(Object.values(guestStorage.entries)).toEqual(['of ann']);
});

test('storage that is forbidden or full does not stop the client', () => {
  const forbidden: GuestStorage = {
    getItem: () => {
      throw new Error('forbidden');
    },
    setItem: () => {
      throw new Error('full');
    },
  };
  const { client, last } = connect({ guestStorage: forbidden });
  last().receive({ ...welcome(), token: 'of ann' });
  last().lose();
  client.retryNow();
  expect(last().options.query).toEqual({ token: 'of ann' });
});
