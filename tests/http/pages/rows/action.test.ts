import { expect, test } from 'vitest';
import { kindOf, textOf } from '../../../../server/http/pages/rows/action.js';

const shown = (body: string, kind: 'message' | 'bot' = 'message') => [
  kindOf({ body, kind }),
  textOf({ body, kind }),
];

test('a message that begins with /me is a sentence about its author', () => {
  expect(shown('/me waves')).toEqual(['action', 'waves']);
  expect(shown('/ME  waves')).toEqual(['action', 'waves']);
});

test('other messages are shown as they are', () => {
  for (const body of ['/me', '/me ', '/mean', ' /me waves', '/met me'])
    expect(shown(body)).toEqual(['message', body]);
  expect(shown('/me waves', 'bot')).toEqual(['bot', '/me waves']);
});
