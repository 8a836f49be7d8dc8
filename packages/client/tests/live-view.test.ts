import { expect, test } from 'vitest';
import { ChatClient } from '../src/chat-client.js';
import type { Message } from '../src/frames.js';
import { LiveView } from '../src/live-view.js';
import { searchMessages } from '../src/search-messages.js';
import { fakeTransports, welcome } from './fake-transport.js';

const message = (id: string, sent: number, body = id): Message => ({
  id,
  room: 'tea',
  body,
  sent,
  author: { id_user: 'ada', name: 'Ada' },
  kind: 'message',
});
const found = (...of: Parameters<typeof message>) => ({ message: message(...of), marks: [] });

function connect() {
  const { open, last } = fakeTransports();
  const client = new ChatClient({ url: 'http://localhost', open });
  client.connect();
  last().open();
  last().receive(welcome());
  const sent = () => last().sent.at(-1) as { type: string; view: string; ref: string; q: string };
  return { client, last, sent };
}

test('a live view applies the changes of its own frames, newest first', () => {
  const { client, last, sent } = connect();
  const view = new LiveView(client, 'deploy');
  const { view: name, ref, type, q } = sent();
  expect([type, q]).toEqual(['openView', 'deploy']);
  const opened = { type: 'viewOpened', ref, view: name, q, indexed: 100, live: true, names: {} } as const;
  last().receive({ ...opened, results: [found('b', 2), found('a', 1)] });
  last().receive({ type: 'viewMessage', view: name, ...found('c', 3), names: { ada: 'Countess' } });
  last().receive({ type: 'viewMessage', view: 'another', ...found('x', 9) });
  last().receive({ type: 'viewMessage', view: name, ...found('a', 1, 'edited') });
  last().receive({ type: 'viewRemoved', view: name, room: 'tea', id: 'b' });
  expect(view.messages.map(({ message: { body } }) => body)).toEqual(['c', 'edited']);
  expect([view.isLive, view.names]).toEqual([true, { ada: 'Countess' }]);
  last().receive({ type: 'viewState', view: name, live: false });
  expect(view.isLive).toBe(false);
  view.close();
  expect(sent()).toMatchObject({ type: 'closeView', view: name });
});

test('a live view is opened again on a new connection, and reports a refusal', async () => {
  const { client, last, sent } = connect();
  const view = new LiveView(client, '"');
  let changes = 0;
  view.subscribe(() => {
    changes += 1;
  });
  last().receive({ type: 'error', ref: sent().ref, code: 'bad-query', message: 'q: not closed' });
  await expect.poll(() => view.error?.code).toBe('bad-query');
  expect(changes).toBe(1);
  last().receive(welcome());
  expect(sent().type).toBe('openView');
});

test('a search resolves with its page', async () => {
  const { client, last, sent } = connect();
  const searching = searchMessages(client, 'tea', { limit: 5 });
  expect(sent()).toMatchObject({ type: 'search', q: 'tea', limit: 5 });
  const results = [{ ...found('a', 1), previous: null, next: null }];
  last().receive({ type: 'searchResults', ref: sent().ref, q: 'tea', results, next: 'n', indexed: 100 });
  expect(await searching).toMatchObject({ next: 'n', results: [{ message: { id: 'a' } }] });
});
