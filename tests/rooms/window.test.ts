import { describe, expect, test } from 'vitest';
import type { Message } from '../../server/protocol/message.js';
import { Window } from '../../server/rooms/window.js';

const message = (sent: number, id = `m${sent}`, body = `body of ${id}`): Message => {
  return { id, room: 'lobby', body, sent, author: { id_user: null, name: 'x' }, kind: 'message' };
};
const ids = (window: Window) => window.messages.map(({ id }) => id);

describe('a window', () => {
  test('a window keeps messages in the order of time and id, whatever order they arrive in', () => {
    const window = new Window(10);
    for (const each of [message(3), message(1), message(2, 'b'), message(2, 'a')]) window.upsert(each);
    expect(ids(window)).toEqual(['m1', 'a', 'b', 'm3']);
  });

  test('a full window drops the oldest message, and knows that there are older ones', () => {
    const window = new Window(2);
    for (const each of [message(1), message(2), message(3)]) window.upsert(each);
    expect(ids(window)).toEqual(['m2', 'm3']);
    expect(window.hasOlder).toBe(true);
    expect(window.from).toEqual({ sent: 2, id: 'm2' });
  });

  test('a window ignores a message from before its beginning', () => {
    const window = new Window(2);
    for (const each of [message(5), message(6), message(7), message(1)]) window.upsert(each);
    expect(ids(window)).toEqual(['m6', 'm7']);
  });

  test('a window has an edited message once, and moves it when its time changed', () => {
    const window = new Window(10);
    for (const each of [message(1), message(2), message(3)]) window.upsert(each);
    window.upsert(message(2, 'm2', 'edited'));
    expect(window.messages.map(({ body }) => body)).toEqual(['body of m1', 'edited', 'body of m3']);
    window.upsert(message(9, 'm2'));
    expect(ids(window)).toEqual(['m1', 'm3', 'm2']);
  });

  test('a window returns the difference when it is replaced', () => {
    const window = new Window(10);
    for (const each of [message(1), message(2), message(3), message(4)]) window.upsert(each);
    const { upserts, removals } = window.replace([message(2), message(3, 'm3', 'edited'), message(5)], true);
    expect(upserts.map(({ id }) => id)).toEqual(['m3', 'm5']);
    // m1 is before the new beginning: it may well be there still.
    expect(removals).toEqual(['m4']);
  });
});
