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

describe('unread messages', () => {
  test('no message is unread when the page is opened', () => {
    const unread = new Unread();
    unread.update([message(1), message(2)], isOwn, false);
    expect(unread).toMatchObject({ count: 0, line: null });
  });

  test('messages are unread from where the reader looked away, and the line stays after reading', () => {
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

  test('a number of unread messages determines the line when the first messages are known', () => {
    const messages = [message(1), message(2), message(3, 'ann'), message(4)];
    const lineOf = (expected: number) => {
      const unread = new Unread(null, expected);
      unread.update(messages, isOwn, false);
      return [unread.count, unread.line];
    };
    expect(lineOf(0)).toEqual([0, null]);
    expect(lineOf(1)).toEqual([1, 'id-4']);
    expect(lineOf(2)).toEqual([2, 'id-2']);
    expect(lineOf(100)).toEqual([3, 'id-1']);
  });

  test('own messages are not unread, and deleted ones are not counted', () => {
    const unread = new Unread();
    unread.update([], isOwn, true);
    unread.update([message(1, 'ann'), message(2), message(3)], isOwn, false);
    expect(unread.count).toBe(2);
    unread.update([message(1, 'ann'), message(3)], isOwn, false);
    expect(unread.count).toBe(1);
  });

  test('an answer of the reader removes the line', () => {
    const unread = new Unread();
    unread.update([message(1)], isOwn, true);
    unread.update([message(1), message(2)], isOwn, false);
    unread.clear();
    expect(unread.line).toBeNull();
  });

  test("unread messages of a member begin after the server's read position", () => {
    const unread = new Unread({ sent: 1, id: 'id-1' });
    unread.update([message(1), message(2, 'ann'), message(3), message(4)], isOwn, false);
    expect(unread).toMatchObject({ count: 2, line: 'id-3' });
    unread.update([message(1), message(2, 'ann'), message(4)], isOwn, true);
    expect(unread).toMatchObject({ count: 0, line: 'id-4' });
  });

  test('the line is above the oldest unread message, also if that is loaded late', () => {
    const unread = new Unread({ sent: 1, id: 'id-1' });
    unread.update([message(5)], isOwn, false);
    unread.update([message(1), message(2), message(5)], isOwn, false);
    expect(unread).toMatchObject({ count: 2, line: 'id-2' });
  });

  test('messages are read when another device of the reader has shown them', () => {
    const unread = new Unread();
    unread.update([message(1)], isOwn, true);
    unread.update([message(1), message(2)], isOwn, false);
    unread.readUpTo({ sent: 2, id: 'id-2' });
    unread.update([message(1), message(2)], isOwn, false);
    expect(unread.count).toBe(0);
  });
});
