import { expect, test } from 'vitest';
import type { Message, Reaction } from '../src/frames.js';
import { OwnReactions } from '../src/own-reactions.js';
import { Timeline } from '../src/timeline.js';

const message: Message = {
  id: 'm1',
  room: 'lobby',
  body: 'hi',
  sent: 1,
  author: { id_user: 'bob', name: 'Bob' },
  kind: 'message',
};
const delivered = (...reactions: Reaction[]) =>
  ({ type: 'annotationsChanged', room: 'lobby', id: 'm1', reactions, pinned: null, names: {} }) as const;
const thumbs = (count: number, ...id_users: string[]): Reaction => ({ emoji: '👍', count, id_users });

test('a reaction is shown before it is stored, and counted once when it is delivered', async () => {
  const own = new OwnReactions();
  const before = { ...message, reactions: [thumbs(1, 'bob')] };
  expect(own.apply(before, 'ann')).toBe(before);
  const stored = own.change('m1', '👍', true, async () => {});
  expect(own.apply(before, 'ann').reactions).toEqual([thumbs(2, 'ann', 'bob')]);
  expect(own.apply(before, 'ann')).toBe(own.apply(before, 'ann'));
  await stored;
  const after = { ...message, reactions: [thumbs(2, 'bob', 'ann')] };
  own.receive(delivered(...after.reactions));
  expect(own.apply(after, 'ann')).toBe(after);
});

test('a reaction that the server refuses is withdrawn', async () => {
  const own = new OwnReactions();
  const refused = own.change('m1', '👍', true, () => Promise.reject(new Error('refused')));
  expect(own.apply(message, 'ann').reactions).toEqual([thumbs(1, 'ann')]);
  await expect(refused).rejects.toThrow('refused');
  expect(own.apply(message, 'ann')).toBe(message);
});

test('a removed reaction is hidden at once, and its emoji with the last one', async () => {
  const own = new OwnReactions();
  const before = { ...message, reactions: [thumbs(1, 'ann'), { emoji: '🎉', count: 1, id_users: ['bob'] }] };
  await own.change('m1', '👍', false, async () => {});
  expect(own.apply(before, 'ann').reactions?.map(({ emoji }) => emoji)).toEqual(['🎉']);
});

test('an own reaction among more users than a message names stays marked', async () => {
  const own = new OwnReactions();
  await own.change('m1', '👍', true, async () => {});
  own.receive(delivered(thumbs(500, 'bob')));
  expect(own.apply({ ...message, reactions: [thumbs(500, 'bob')] }, 'ann').reactions).toEqual([
    thumbs(500, 'ann', 'bob'),
  ]);
});

test('a timeline shows delivered reactions and pins, and ignores those of other messages', () => {
  const timeline = new Timeline();
  timeline.applySnapshot([message], false);
  timeline.annotate({ ...delivered(thumbs(1, 'bob')), pinned: { id_user: 'bob', at: 5 } });
  expect(timeline.get('m1')).toEqual({
    ...message,
    reactions: [thumbs(1, 'bob')],
    pinned: { id_user: 'bob', at: 5 },
  });
  timeline.annotate({ ...delivered(thumbs(1, 'bob')), id: 'm2' });
  timeline.annotate(delivered());
  expect(timeline.messages).toEqual([message]);
});
