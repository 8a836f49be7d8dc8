import type { Message } from 'changeroom-client';
import { describe, expect, test } from 'vitest';
import { Unread } from '../../static/client/unread.js';

const message = (sent: number, author = 'bob'): Message => ({
  id: `id-${sent}`,
  room: 'lobby',
  body: 'hi',
  sent,
  author: { id_user: author, name: author },
  kind: 'message',
});
const isOwn = ({ author }: Message) => author.id_user === 'ann';

describe('what is unread', () => {
  test('is nothing when the page is opened', () => {
    const unread = new Unread();
    unread.update([message(1), message(2)], isOwn, false);
    expect(unread).toMatchObject({ count: 0, line: null });
  });

  test('is counted from where the reader looked away; the line stays there after reading', () => {
    const unread = new Unread();
    unread.update([message(1)], isOwn, true);
    unread.update([message(1), message(2)], isOwn, false);
    unread.update([message(1), message(2), message(3)], isOwn, false);
    expect(unread).toMatchObject({ count: 2, line: 'id-2' });
    unread.update([message(1), message(2), message(3)], isOwn, true);
    expect(unread).toMatchObject({ count: 0, line: 'id-2' });
    unread.update([message(1), message(2), message(3), message(4)], isOwn, false);
    expect(unread).toMatchObject({ count: 1, line: 'id-4' });
  });

  test('does not include own messages, and goes down when messages are deleted', () => {
    const unread = new Unread();
    unread.update([], isOwn, true);
    unread.update([message(1, 'ann'), message(2), message(3)], isOwn, false);
    expect(unread.count).toBe(2);
    unread.update([message(1, 'ann'), message(3)], isOwn, false);
    expect(unread.count).toBe(1);
  });

  test('ends with an answer', () => {
    const unread = new Unread();
    unread.update([message(1)], isOwn, true);
    unread.update([message(1), message(2)], isOwn, false);
    unread.clear();
    expect(unread.line).toBeNull();
  });

  test('begins, for a member, where the server knows that reading ended', () => {
    const unread = new Unread({ sent: 1, id: 'id-1' });
    unread.update([message(1), message(2, 'ann'), message(3), message(4)], isOwn, false);
    expect(unread).toMatchObject({ count: 2, line: 'id-3' });
    unread.update([message(1), message(2, 'ann'), message(4)], isOwn, true);
    expect(unread).toMatchObject({ count: 0, line: 'id-4' });
  });

  test('is told from the oldest message that is loaded, however late that comes', () => {
    const unread = new Unread({ sent: 1, id: 'id-1' });
    unread.update([message(5)], isOwn, false);
    unread.update([message(1), message(2), message(5)], isOwn, false);
    expect(unread).toMatchObject({ count: 2, line: 'id-2' });
  });

  test('ends when another screen of the reader has shown it', () => {
    const unread = new Unread();
    unread.update([message(1)], isOwn, true);
    unread.update([message(1), message(2)], isOwn, false);
    unread.readUpTo({ sent: 2, id: 'id-2' });
    unread.update([message(1), message(2)], isOwn, false);
    expect(unread.count).toBe(0);
  });
});
