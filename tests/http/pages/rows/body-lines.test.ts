import { expect, test } from 'vitest';
import { lengthClass } from '../../../../server/http/pages/rows/body-lines.js';

test('a body of many lines is long on every screen', () => {
  expect(lengthClass('line\n'.repeat(30))).toBe('long');
  expect(lengthClass('x'.repeat(4000))).toBe('long');
  expect(lengthClass('漢'.repeat(1500))).toBe('long');
});

test('a body that fills only a narrow screen is long there', () => {
  expect(lengthClass('many words '.repeat(120))).toBe('long-narrow');
  expect(lengthClass('漢'.repeat(600))).toBe('long-narrow');
});

test('a short body has no class, however many characters its signs consist of', () => {
  for (const body of ['', 'hi', 'a\nb', '👩‍👩‍👧‍👦'.repeat(60), `q${'\u0301'.repeat(3000)}`])
    expect(lengthClass(body)).toBeNull();
});
