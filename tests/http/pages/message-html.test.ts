import { expect, test } from 'vitest';
import { MessageHtmlCache, renderMessage } from '../../../server/http/pages/message-html.js';
import type { Message } from '../../../server/protocol/message.js';

const message: Message = {
  id: 'm1',
  room: 'lobby',
  body: 'see https://a.example/x',
  sent: Date.UTC(2026, 0, 2, 3, 4),
  author: { id_user: 'u1', name: 'Ann' },
  kind: 'message',
};

/** A cache that counts how often it renders. */
function counted(maxLength?: number) {
  const rendered: string[] = [];
  const cache = new MessageHtmlCache((one) => {
    rendered.push(one.id);
    return renderMessage(one);
  }, maxLength);
  return { cache, rendered };
}

test('a message is rendered once, even if it is read from the table again', () => {
  const { cache, rendered } = counted();
  const first = cache.get(message);
  expect(first.body).toContain('<a href="https://a.example/x"');
  expect(first.head).toContain('Ann');
  expect(cache.get({ ...message, author: { ...message.author } })).toBe(first);
  expect(rendered).toEqual(['m1']);
});

test('a message is rendered again when anything that it shows has changed', () => {
  const different: Partial<Message>[] = [
    { body: '<b>edited</b>', edited: message.sent + 1 },
    { edited: message.sent + 2 },
    { author: { id_user: 'u1', name: 'Anna' } },
    { author: { id_user: 'u2', name: 'Ann' } },
    { sent: message.sent + 60_000 },
    { kind: 'bot' },
    { body: '🌱' },
  ];
  for (const change of different) {
    const { cache, rendered } = counted();
    cache.get(message);
    expect(cache.get({ ...message, ...change })).toEqual(renderMessage({ ...message, ...change }));
    expect(rendered).toHaveLength(2);
  }
});

test('the cache of rendered messages is bounded and evicts the least recently used message', () => {
  const size = counted();
  size.cache.get(message);
  const { cache, rendered } = counted(2 * size.cache.length);
  const one = (id: string) => cache.get({ ...message, id });
  for (const id of ['m1', 'm2', 'm1', 'm3', 'm1', 'm2']) one(id);
  expect(rendered).toEqual(['m1', 'm2', 'm3', 'm2']);
  expect(cache.length).toBe(2 * size.cache.length);
});

test('a message that is larger than the cache is rendered but not cached', () => {
  const { cache, rendered } = counted(10);
  for (const _ of [1, 2]) expect(cache.get(message).body).toContain('a.example');
  expect(rendered).toHaveLength(2);
  expect(cache.length).toBe(0);
});
