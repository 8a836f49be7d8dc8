import { describe, expect, test } from 'vitest';
import type { Message } from '../../server/message.js';
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
});
