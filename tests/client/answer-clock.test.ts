import { expect, test } from 'vitest';
import { AnswerClock } from '../../static/client/answer-clock.js';

const one = { id: 'one', progress: 'sent' } as const;
const two = { id: 'two', progress: 'sent' } as const;

test('the time without an answer is that of the oldest message that was sent', () => {
  const clock = new AnswerClock();
  expect(clock.update([], 0)).toBe(0);
  expect(clock.update([one], 1_000)).toBe(0);
  expect(clock.update([one, two], 4_000)).toBe(3_000);
  expect(clock.update([two], 5_000)).toBe(0);
  expect(clock.update([two], 6_000)).toBe(1_000);
});

test('messages that wait for the connection or are stored need no answer', () => {
  const clock = new AnswerClock();
  clock.update([one], 0);
  expect(clock.update([{ ...one, progress: 'stored' }], 9_000)).toBe(0);
  expect(clock.update([{ ...two, progress: 'waiting' }], 9_000)).toBe(0);
});
