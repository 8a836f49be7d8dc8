import { expect, test } from 'vitest';
import { typingText } from '../../static/client/typing-text.js';

test('the line about typing users has a bounded length', () => {
  expect([[], ['A'], ['A', 'B'], ['A', 'B', 'C']].map(typingText)).toEqual([
    '',
    'A is typing',
    'A and B are typing',
    'Several people are typing',
  ]);
});
