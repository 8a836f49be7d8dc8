import { describe, expect, test } from 'vitest';
import { toRows } from '../../../../server/http/pages/rows/log-rows.js';
import type { Message } from '../../../../server/protocol/message.js';

const MINUTE = 60_000;
const message = (sent: number, name = 'Ann', more: Partial<Message> = {}): Message => ({
  id: `at ${sent}`,
  room: 'lobby',
  body: 'hi',
  sent,
  author: { id_user: name, name },
  kind: 'message',
  ...more,
});
const dayOf = (sent: number) => new Date(sent).toISOString().slice(0, 10);

/** `|` a day, `+` a message that leads, `-` one that follows, `~` a gap, `*` the unread line, `.` a note. */
function drawing(messages: Message[], options = {}): string {
  const signs = { day: '|', gap: '~', unread: '*', note: '.' };
  return toRows(messages, { dayOf, ...options })
    .map((row) => (row.type === 'message' ? (row.leads ? '+' : '-') : signs[row.type]))
    .join('');
}

describe('the rows of a log', () => {
  test('messages of one author within a few minutes are grouped', () => {
    expect(drawing([message(0), message(MINUTE), message(2 * MINUTE, 'Bob'), message(3 * MINUTE)])).toBe(
      '|+-++',
    );
    expect(drawing([message(0), message(5 * MINUTE)])).toBe('|++');
  });

  test('a group of messages ends five minutes after its first message', () => {
    const every = Array.from({ length: 7 }, (_, i) => message(i * 2 * MINUTE));
    expect(drawing(every)).toBe('|+--+--+');
  });

  test('a sentence with /me is outside of groups', () => {
    const wave = message(1, 'Ann', { body: '/me waves' });
    expect(drawing([message(0), wave, message(2)])).toBe('|+++');
  });

  test('a new name or kind starts a group of messages', () => {
    const renamed = message(MINUTE, 'Ann', { author: { id_user: 'Ann', name: 'Anna' } });
    expect(drawing([message(0), renamed])).toBe('|++');
    expect(
      drawing([message(0), message(1, 'Ann', { kind: 'action' }), message(2, 'Ann', { kind: 'action' })]),
    ).toBe('|+++');
  });

  test('days, gaps and unread messages are separated', () => {
    const midnight = 24 * 60 * MINUTE;
    expect(drawing([message(midnight - 1), message(midnight)])).toBe('|+|+');
    expect(drawing([message(0), message(1)], { gaps: new Set(['at 1']) })).toBe('|+~+');
    expect(drawing([message(0), message(1)], { unread: 'at 1' })).toBe('|+*+');
  });

  test('a note is placed by its time, after the messages that were sent before it', () => {
    const note = (at: number) => ({ id: `${at}`, at });
    const three = [message(0), message(10), message(20)];
    expect(drawing(three, { notes: [note(5), note(10)] })).toBe('|+.+.+');
    expect(drawing(three, { notes: [note(30)] })).toBe('|+--.');
    expect(drawing(three.slice(1), { notes: [note(0)] })).toBe('|.+-');
    expect(drawing([], { notes: [note(0), note(1)] })).toBe('|..');
    const midnight = 24 * 60 * MINUTE;
    expect(drawing([message(0), message(midnight + 10)], { notes: [note(midnight)] })).toBe('|+|.+');
  });

  test('every row of a log has a unique key', () => {
    const rows = toRows([message(0), message(1), message(2)], {
      dayOf,
      gaps: new Set(['at 1', 'at 2']),
      unread: 'at 2',
    });
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });
});
