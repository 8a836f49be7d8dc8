import { beforeEach, describe, expect, test } from 'vitest';
import { PushQueue } from '../../server/notifications/push-queue.js';
import type { Message } from '../../server/protocol/message.js';

let now: number;
let queue: PushQueue;
let nextId = 0;
beforeEach(() => {
  now = 1_000_000;
  queue = new PushQueue({
    collectMs: 1_000,
    roomIntervalMs: 10_000,
    pushesPerHour: 3,
    maxPending: 5,
    now: () => now,
  });
});

function message(room: string): Message {
  nextId += 1;
  return {
    id: `m${nextId}`,
    room,
    body: 'text',
    sent: now,
    author: { id_user: 'ann', name: 'Ann' },
    kind: 'message',
  };
}
function taken() {
  return queue.take().map(({ id_user, room, count, isMention }) => ({ id_user, room, count, isMention }));
}

describe('the queue of pushes', () => {
  test('messages of a room within a moment are one notification of the newest', () => {
    queue.add('bob', message('tea'), false);
    const last = message('tea');
    queue.add('bob', last, false);
    expect(queue.take()).toEqual([]);
    now += 1_000;
    expect(queue.take()).toEqual([expect.objectContaining({ id_user: 'bob', count: 2, message: last })]);
    expect(queue.size).toBe(0);
  });

  test('a mention is shown instead of later messages without one', () => {
    const mention = message('tea');
    queue.add('bob', mention, true);
    queue.add('bob', message('tea'), false);
    now += 1_000;
    expect(queue.take()).toEqual([expect.objectContaining({ count: 2, isMention: true, message: mention })]);
  });

  test('further messages of the room wait for an interval, and count those that were pushed', () => {
    queue.add('bob', message('tea'), false);
    now += 1_000;
    for (const pending of queue.take()) queue.pushed(pending);
    queue.add('bob', message('tea'), false);
    queue.add('bob', message('cake'), false);
    now += 1_000;
    expect(taken()).toEqual([{ id_user: 'bob', room: 'cake', count: 1, isMention: false }]);
    queue.add('bob', message('tea'), false);
    now += 9_000;
    expect(taken()).toEqual([{ id_user: 'bob', room: 'tea', count: 3, isMention: false }]);
  });

  test('a room that was read is counted from the beginning', () => {
    queue.add('bob', message('tea'), false);
    now += 1_000;
    for (const pending of queue.take()) {
      queue.pushed(pending);
      queue.seen(pending);
    }
    queue.add('bob', message('tea'), false);
    now += 1_000;
    expect(taken()).toMatchObject([{ count: 1 }]);
  });

  test('a user with too many pushes in an hour receives the rest later, one for each room', () => {
    for (const room of ['a', 'b', 'c']) {
      queue.add('bob', message(room), false);
      now += 1_000;
      for (const pending of queue.take()) queue.pushed(pending);
    }
    for (let i = 0; i < 5; i += 1) queue.add('bob', message('d'), false);
    queue.add('eve', message('d'), false);
    now += 60_000;
    expect(taken()).toMatchObject([{ id_user: 'eve' }]);
    now += 3_600_000;
    expect(taken()).toMatchObject([{ id_user: 'bob', room: 'd', count: 5 }]);
  });

  test('the number of notifications that wait is limited', () => {
    for (let i = 0; i < 5; i += 1) expect(queue.add(`user ${i}`, message('tea'), false)).toBe(true);
    expect(queue.add('one more', message('tea'), false)).toBe(false);
    expect(queue.add('user 0', message('tea'), false)).toBe(true);
  });
});
