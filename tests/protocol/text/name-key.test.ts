import { describe, expect, test } from 'vitest';
import { hasStrayInvisible } from '../../../server/protocol/text/characters.js';
import { isSameKey, nameKeys } from '../../../server/protocol/text/name-key.js';

const lookAlike = (one: string, other: string) => nameKeys(one).some((key) => nameKeys(other).includes(key));

describe('nameKeys', () => {
  test.each([
    ['Mia', 'mia'],
    ['Mia', 'ＭＩＡ'],
    ['Mia', '𝓜𝓲𝓪'],
    ['Mia', 'Міа'],
    ['Mia', 'M\u200bi\u2060a\ufe0f'],
    ['Ada Byron', 'Ada \u00a0 Byron'],
    ['Alice', 'AIice'],
    ['Alice', 'A1ice'],
    ['Nina', 'Νina'],
    ['вася', 'ВАСЯ'],
    ['Zoë', 'Zoe\u0308'],
    ['admin', 'adrnin'],
    ['0scar', 'Oscar'],
  ])('names that look alike share a key: %s and %s', (one, other) => {
    expect(lookAlike(one, other)).toBe(true);
  });

  test.each([
    ['Mia', 'Mila'],
    ['Eva', 'Ena'],
    ['Zoë', 'Zoe'],
    ['Al', 'Ai'],
    ['李', '李四'],
    ['👩', '👨'],
  ])('different names have different keys: %s and %s', (one, other) => {
    expect(lookAlike(one, other)).toBe(false);
  });
});

test('isSameKey compares a stored key', () => {
  expect(isSameKey(nameKeys('AIice'), nameKeys('AIice'))).toBe(true);
  for (const stored of [undefined, null, 'alice', ['alice'], []])
    expect(isSameKey(stored, nameKeys('AIice'))).toBe(false);
});

test('invisible characters are stray unless they shape an emoji, a flag or a word', () => {
  for (const text of ['👩‍👩‍👧', '🧑🏽‍🚀', '❤️', '❤️‍🔥', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'می‌خواهم', 'क्‍ष', 'plain'])
    expect(hasStrayInvisible(text), text).toBe(false);
  for (const text of [
    'a\u200db',
    'lob\u200bby',
    '\u2060x',
    'x\ufe0f',
    'x\u{e0041}',
    'a\u00adb',
    'x\u3164',
    'a\u200e',
    '⠀x',
  ])
    expect(hasStrayInvisible(text), escape(text)).toBe(true);
});
