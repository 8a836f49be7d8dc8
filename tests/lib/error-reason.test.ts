import { expect, test } from 'vitest';
import { reasonOf } from '../../server/lib/error-reason.js';

test.each([
  [
    'the code of a system error',
    Object.assign(new Error('connect …'), { code: 'ECONNREFUSED' }),
    'ECONNREFUSED',
  ],
  [
    'the message of an error with a numeric code',
    Object.assign(new Error('refused'), { code: 406 }),
    'refused',
  ],
  [
    'the cause of a failed fetch',
    new TypeError('fetch failed', { cause: new Error('no route') }),
    'no route',
  ],
  [
    'the message of the driver, without the query',
    Object.assign(new Error('no table in:\nr.…'), { msg: 'no table' }),
    'no table',
  ],
  ['the first line of a message', new Error('first\nsecond'), 'first'],
  ['300 characters of a long message', new Error('x'.repeat(400)), 'x'.repeat(300)],
  ['the text of a value that is no error', 'text', 'text'],
])('the reason of an error is %s', (_title, error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});
