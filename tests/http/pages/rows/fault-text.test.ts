import { expect, test } from 'vitest';
import { faultText } from '../../../../server/http/pages/rows/fault-text.js';
import { cleanBody, cleanRoom } from '../../../../server/protocol/message.js';

const faultOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return faultText(error);
  }
  return null;
};

test('an error names its field as the page does', () => {
  expect(faultOf(() => cleanBody('x'.repeat(4001)))).toBe('The message is longer than 4000 characters');
  expect(faultOf(() => cleanRoom('x'.repeat(65)))).toBe('The name of the room is longer than 64 characters');
});

test('an error without a field keeps its text', () => {
  expect(faultText(new Error('The server cannot be reached. Try again.'))).toBe(
    'The server cannot be reached. Try again.',
  );
  expect(faultText('nameless')).toBe('nameless');
});
