import { describe, expect, test } from 'vitest';
import type { Message } from '../../server/protocol/message.js';
import { MAX_DRAWN_MESSAGES, RowWindow } from '../../static/client/row-window.js';

const message = (sent: number): Message => ({
  id: `m${sent}`,
  room: 'lobby',
  body: 'hi',
  sent,
  author: { id_user: null, name: 'Ann' },
  kind: 'message',
});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => message(from + i));
/** The first and the last message of the window. */
const ends = (messages: readonly Message[]) => [messages[0]?.sent, messages.at(-1)?.sent];

describe('the part of the log that is in the page', () => {
  test('a short log is in the page as a whole', () => {
    const window = new RowWindow();
    expect(window.select(range(0, 100), true)).toHaveLength(100);
    expect(window.hasOldest(range(0, 100))).toBe(true);
    expect(window.hasNewest).toBe(true);
  });

  test('the log loses its oldest rows while the reader sees the newest ones', () => {
    const window = new RowWindow();
    for (let end = 1; end < 1000; end++) {
      const shown = window.select(range(0, end), true);
      expect(shown.length).toBeLessThanOrEqual(MAX_DRAWN_MESSAGES);
      expect(shown.at(-1)?.sent).toBe(end - 1);
    }
  });

  test('new messages do not move the window of a reader who is further up', () => {
    const window = new RowWindow();
    window.select(range(0, 200), false);
    for (let end = 200; end < 2000; end += 10) {
      const shown = window.select(range(0, end), false);
      expect(shown[0]?.sent).toBe(0);
      expect(shown.length).toBeLessThanOrEqual(MAX_DRAWN_MESSAGES + 100);
    }
    expect(window.hasNewest).toBe(false);
  });

  test('scrolling back and forth through all messages keeps the number of rows bounded', () => {
    const window = new RowWindow();
    let loaded = range(4900, 5000);
    window.select(loaded, true);
    const seen = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const first = loaded[0]?.sent ?? 0;
      if (window.hasOldest(loaded) && first > 0) loaded = [...range(first - 100, first), ...loaded];
      window.up(loaded);
      const shown = window.select(loaded, false);
      expect(shown.length).toBeLessThanOrEqual(MAX_DRAWN_MESSAGES);
      for (const { sent } of shown) seen.add(sent);
    }
    expect(seen.size).toBe(5000);
    for (let i = 0; !window.hasNewest && i < 100; i++) {
      window.down(loaded);
      expect(window.select(loaded, false).length).toBeLessThanOrEqual(MAX_DRAWN_MESSAGES);
    }
    expect(ends(window.select(loaded, true))).toEqual([5000 - MAX_DRAWN_MESSAGES, 4999]);
  });

  test('the newest messages and any other message can be placed into the page', () => {
    const window = new RowWindow();
    const all = range(0, 2000);
    window.select(all, true);
    window.include(all, 'm700');
    expect(window.select(all, false).some(({ sent }) => sent === 700)).toBe(true);
    expect(window.hasNewest).toBe(false);
    window.toNewest(all);
    expect(ends(window.select(all, false))).toEqual([2000 - MAX_DRAWN_MESSAGES, 1999]);
    window.include(all, 'm3');
    expect(window.select(all, false).some(({ sent }) => sent === 3)).toBe(true);
  });

  test('deleted messages at the ends of the window do not move it', () => {
    const window = new RowWindow();
    const all = range(0, 2000);
    window.select(all, true);
    window.include(all, 'm700');
    const before = window.select(all, false);
    const [first = 0, last = 0] = ends(before);
    const shown = window.select(
      all.filter(({ sent }) => sent !== first && sent !== last),
      false,
    );
    expect(ends(shown)).toEqual([first + 1, last - 1]);
  });

  test('a window whose messages are all deleted moves to the newest messages', () => {
    const window = new RowWindow();
    window.select(range(0, 2000), true);
    window.include(range(0, 2000), 'm700');
    window.select(range(0, 2000), false);
    expect(window.select([], false)).toEqual([]);
    expect(window.select(range(0, 50), false)).toHaveLength(50);
  });
});
