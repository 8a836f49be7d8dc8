import { describe, expect, test } from 'vitest';
import type { Message } from '../src/frames.js';
import { Timeline } from '../src/timeline.js';

const message = (sent: number, body = `at ${sent}`): Message => ({
  id: `id-${String(sent).padStart(4, '0')}`,
  room: 'lobby',
  body,
  sent,
  author: { id_user: 'ann', name: 'Ann' },
  kind: 'message',
});
const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
const sents = (timeline: Timeline) => timeline.messages.map(({ sent }) => sent);

/** The table of a room, as the server would answer from it. */
class Table {
  constructor(readonly rows: Message[]) {}
  snapshot(timeline: Timeline, limit: number): void {
    timeline.applySnapshot(this.rows.slice(-limit), this.rows.length > limit);
  }
  page(timeline: Timeline, before: { sent: number }, limit: number): void {
    const older = this.rows.filter(({ sent }) => sent < before.sent);
    timeline.applyPage({ id: '', ...before }, older.slice(-limit), older.length > limit);
  }
  /** Loads pages until nothing is stale. @returns how many */
  verify(timeline: Timeline, limit: number): number {
    let pages = 0;
    for (let before = timeline.nextCheck(); before; before = timeline.nextCheck()) {
      pages += 1;
      if (pages > 100) throw new Error('verifying does not end');
      this.page(timeline, before, limit);
    }
    return pages;
  }
}

function joined(table: Table, limit = 10): Timeline {
  const timeline = new Timeline();
  table.snapshot(timeline, limit);
  return timeline;
}

describe('a timeline', () => {
  test('the timeline orders messages by time and id, in whatever order they arrive', () => {
    const timeline = joined(new Table([]));
    for (const sent of [3, 1, 2]) timeline.upsert(message(sent));
    timeline.upsert({ ...message(2), id: 'id-0002b' });
    expect(timeline.messages.map(({ id }) => id)).toEqual(['id-0001', 'id-0002', 'id-0002b', 'id-0003']);
  });

  test('the timeline changes a message in its place, and never has it twice', () => {
    const timeline = joined(new Table(span(1, 3)));
    timeline.upsert(message(2, 'edited'));
    expect(timeline.messages.map(({ body }) => body)).toEqual(['at 1', 'edited', 'at 3']);
  });

  test('the timeline moves a message whose time was changed', () => {
    const timeline = joined(new Table(span(1, 3)));
    timeline.upsert({ ...message(1), sent: 9 });
    expect(sents(timeline)).toEqual([2, 3, 9]);
  });

  test('the timeline removes messages, and ignores the removal of unknown ones', () => {
    const timeline = joined(new Table(span(1, 3)));
    timeline.remove('id-0002');
    timeline.remove('id-0777');
    expect(sents(timeline)).toEqual([1, 3]);
  });

  test('the timeline ignores new messages before its exact range, because they would hide a gap', () => {
    const timeline = joined(new Table(span(1, 50)));
    timeline.upsert(message(5, 'edited'));
    expect(sents(timeline)[0]).toBe(41);
  });

  test('the timeline keeps the object of an unchanged message, so that views need not draw it again', () => {
    const table = new Table(span(1, 3));
    const timeline = joined(table);
    const [first] = timeline.messages;
    timeline.applySnapshot(span(1, 3), false);
    expect(timeline.messages[0]).toBe(first);
  });

  test('a snapshot replaces all messages from its oldest one', () => {
    const timeline = joined(new Table(span(1, 8)));
    timeline.distrust();
    new Table([message(1), message(3, 'edited'), message(8), message(9)]).snapshot(timeline, 10);
    expect(timeline.messages.map(({ body }) => body)).toEqual(['at 1', 'edited', 'at 8', 'at 9']);
    expect(timeline.nextCheck()).toBeNull();
    expect(timeline.isComplete).toBe(true);
  });

  test('the timeline loads pages of history until the beginning of the room', () => {
    const table = new Table(span(1, 30));
    const timeline = joined(table);
    expect(timeline.hasOlder).toBe(true);
    table.page(timeline, timeline.oldest!, 10);
    table.page(timeline, timeline.oldest!, 10);
    expect(sents(timeline)).toEqual(table.rows.map(({ sent }) => sent));
    expect(timeline.hasOlder).toBe(false);
    expect(timeline.gaps().size).toBe(0);
  });

  test('messages from before a snapshot are verified page by page, without loading older ones', () => {
    const table = new Table(span(1, 100));
    const timeline = joined(table);
    for (let i = 0; i < 4; i++) table.page(timeline, timeline.oldest!, 10);
    expect(sents(timeline)).toHaveLength(50);

    timeline.distrust();
    const later = new Table([
      ...span(1, 59),
      ...span(61, 79).map(({ sent }) => message(sent, 'edited')),
      ...span(80, 104),
    ]);
    later.snapshot(timeline, 10);
    const pages = later.verify(timeline, 10);

    const oldest = timeline.messages[0]!.sent;
    expect(timeline.messages).toEqual(later.rows.filter(({ sent }) => sent >= oldest));
    expect(oldest).toBeLessThanOrEqual(51);
    expect(pages).toBeLessThanOrEqual(5);
    expect(timeline.gaps().size).toBe(0);
  });

  test('the timeline marks a gap where messages were missed, and pages close it', () => {
    const before = new Table(span(1, 20));
    const timeline = joined(before, 20);
    timeline.distrust();
    const later = new Table(span(1, 200).filter(({ sent }) => sent !== 7));
    later.snapshot(timeline, 10);
    later.verify(timeline, 10);

    expect(sents(timeline)).toEqual(
      [...span(1, 20), ...span(181, 200)].map(({ sent }) => sent).filter((s) => s !== 7),
    );
    expect([...timeline.gaps()]).toEqual(['id-0181']);

    let clicks = 0;
    for (let [gap] = timeline.gaps(); gap; [gap] = timeline.gaps()) {
      later.page(timeline, timeline.get(gap)!, 50);
      clicks += 1;
    }
    expect(clicks).toBe(4);
    expect(timeline.messages).toEqual(later.rows);
  });

  test('no message stays stale if the connection is lost again during verification', () => {
    const table = new Table(span(1, 100));
    const timeline = joined(table);
    for (let i = 0; i < 3; i++) table.page(timeline, timeline.oldest!, 10);
    timeline.distrust();
    table.snapshot(timeline, 10);
    table.page(timeline, timeline.nextCheck()!, 10);

    timeline.distrust();
    const later = new Table(span(1, 300).filter(({ sent }) => sent % 7 !== 0));
    later.snapshot(timeline, 10);
    later.verify(timeline, 10);
    const known = new Set(later.rows.map(({ id }) => id));
    expect(timeline.messages.every(({ id }) => known.has(id))).toBe(true);
    expect(timeline.gaps().size).toBe(1);
  });

  test('after a resync, older messages are verified', () => {
    const table = new Table(span(1, 30));
    const timeline = joined(table);
    table.page(timeline, timeline.oldest!, 10);
    timeline.trustOnlyFrom({ sent: 25, id: '' });
    expect(timeline.nextCheck()).toEqual({ sent: 25, id: '' });
    const later = new Table(table.rows.filter(({ sent }) => sent !== 15));
    later.verify(timeline, 10);
    expect(sents(timeline)).not.toContain(15);
    expect(timeline.gaps().size).toBe(0);
  });

  test('messages of the same millisecond are verified too', () => {
    const same = Array.from({ length: 30 }, (_, i) => ({
      ...message(5),
      id: `id-${String.fromCharCode(97 + i)}`,
    }));
    const timeline = joined(new Table(same), 40);
    timeline.distrust();
    timeline.applySnapshot(span(100, 109), true);
    for (let before = timeline.nextCheck(); before; before = timeline.nextCheck())
      timeline.applyPage(before, [], false);
    expect(sents(timeline)).toEqual(span(100, 109).map(({ sent }) => sent));
  });

  test('a trimmed timeline can load the removed messages again', () => {
    const table = new Table(span(1, 30));
    const timeline = joined(table, 30);
    timeline.trim(10);
    expect(sents(timeline)).toEqual(span(21, 30).map(({ sent }) => sent));
    expect(timeline.hasOlder).toBe(true);
    table.page(timeline, timeline.oldest!, 30);
    expect(timeline.messages).toEqual(table.rows);
  });
});

describe('a part of the history around a message', () => {
  const table = new Table(span(1, 500));

  test('the messages around a message are apart from the newest until those in between are loaded', () => {
    const timeline = joined(table);
    timeline.applyAround(span(100, 109), true, true);
    expect(sents(timeline)).toEqual([...span(100, 109), ...span(491, 500)].map(({ sent }) => sent));
    expect([...timeline.gaps()]).toEqual([message(491).id]);
    expect(timeline.nextCheck()).toBeNull();
    // Changes of messages that are loaded are applied, and others do not fill the gap.
    timeline.upsert(message(105, 'edited'));
    timeline.upsert(message(300, 'edited'));
    expect(timeline.get(message(105).id)?.body).toBe('edited');
    expect(timeline.get(message(300).id)).toBeUndefined();

    for (let from = 110; from < 490; from += 100)
      timeline.applyAfter(message(from - 1), span(from, Math.min(from + 99, 500)), from + 99 < 500);
    expect(timeline.messages).toHaveLength(401);
    expect(timeline.gaps().size).toBe(0);
    expect(timeline.oldest).toMatchObject({ sent: 100 });
  });

  test('a message that is deleted while its surroundings are loaded from above and below leaves no gap', () => {
    const timeline = joined(table);
    timeline.applyAround(span(480, 485), true, true);
    expect(timeline.previous(message(491).id)).toMatchObject({ sent: 485 });
    timeline.applyAfter(message(485), span(486, 495), true);
    expect(timeline.gaps().size).toBe(0);
    expect(sents(timeline)).toEqual(span(480, 500).map(({ sent }) => sent));
  });

  test('without a connection it is verified like all history', () => {
    const timeline = new Timeline();
    timeline.applyAround(span(100, 109), true, true);
    timeline.distrust();
    table.snapshot(timeline, 10);
    expect(table.verify(timeline, 10)).toBeLessThan(5);
    expect(timeline.get(message(100).id)).toBeDefined();
    expect(timeline.gaps().size).toBe(1);
  });
});
