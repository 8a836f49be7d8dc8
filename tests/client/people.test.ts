import { expect, test } from 'vitest';
import type { Message } from '../../server/protocol/message.js';
import { People, typingText } from '../../static/client/people.js';

const entry = (id_socket: string, id_user: string) => ({ id_socket, id_user, name: id_user });
const message: Message = {
  id: 'one',
  room: 'lobby',
  body: 'hi',
  sent: 1,
  author: { id_user: 'ann', name: 'Ann' },
  kind: 'message',
};

test('somebody with several tabs is one person', () => {
  const people = new People();
  const users = [entry('1', 'ann'), entry('2', 'ann'), entry('3', 'bob')];
  people.receive({ type: 'presence', room: 'lobby', users, partial: false }, 'lobby', 'ann', 0);
  expect(people.present.count).toBe(2);
  const change = {
    type: 'presence',
    room: 'lobby',
    joined: [entry('4', 'cleo')],
    left: ['1', '3'],
    partial: false,
  } as const;
  people.receive(change, 'lobby', 'ann', 0);
  people.receive(change, 'other', 'ann', 0);
  expect(people.present.count).toBe(2);
  people.forget();
  expect(people.present.count).toBe(0);
});

test('typing ends by itself, or with the message', () => {
  const people = new People();
  const typing = (name: string, now: number) =>
    people.receive(
      { type: 'userTyping', room: 'lobby', user: { id_user: name, name }, forMs: 5_000 },
      'lobby',
      'me',
      now,
    );
  typing('ann', 0);
  typing('bob', 3_000);
  typing('me', 3_000);
  expect(people.typing(4_000)).toEqual(['ann', 'bob']);
  expect(people.typing(6_000)).toEqual(['bob']);
  typing('ann', 6_000);
  people.receive({ type: 'deliverMessage', message }, 'lobby', 'me', 6_000);
  expect(people.typing(6_000)).toEqual(['bob']);
});

test('messages stand under the name that their author has now, and stay the same object', () => {
  const people = new People();
  expect(people.named(message)).toBe(message);
  people.receive({ type: 'identityChanged', user: { id_user: 'ann', name: 'Anna' } }, 'lobby', null, 0);
  expect(people.named(message).author.name).toBe('Anna');
  expect(people.named(message)).toBe(people.named(message));
});

test('who types is said in short', () => {
  expect([[], ['A'], ['A', 'B'], ['A', 'B', 'C']].map(typingText)).toEqual([
    '',
    'A is typing',
    'A and B are typing',
    'Several people are typing',
  ]);
});
