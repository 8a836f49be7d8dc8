import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { Random } from '../../../scripts/fuzz/random.js';
import { HOOK_PATTERNS } from '../../../server/database/schema/message-hook.js';
import { matchRegex } from '../../../server/embedded/sequences/regex.js';

/** The position and text of the first match, by RE2's own engine in JavaScript. */
function byRe2(text: string, pattern: string): [start: number, str: string] | null {
  const matcher = RE2JS.compile(pattern).matcher(text);
  if (!matcher.find()) return null;
  return [Buffer.byteLength(text.slice(0, matcher.start())), matcher.group()!];
}

const CLASSES = [
  ...HOOK_PATTERNS,
  '[\\s]',
  '[^\\s\\p{L}]',
  '[\\p{Cc}\\x{202a}-\\x{202e}]',
  '[\\x{1f600}-\\x{1f64f}]',
];

test.each(CLASSES)('the pattern %s matches what RE2 matches', (pattern) => {
  const random = new Random(7);
  const texts = Array.from({ length: 2_000 }, () => random.wellFormed());
  for (const space of ['\v', '\f', '\u00a0', '\u2028', '\ufeff', ' ']) texts.push(`a${space}b`, space);
  for (const text of texts) {
    const match = matchRegex(text, pattern) as { start: number; str: string } | null;
    expect(match && [match.start, match.str]).toEqual(byRe2(text, pattern));
  }
});

test('a class that cannot be compiled is refused in the words of RE2', () => {
  expect(() => matchRegex('a', '[\\x{202e}-\\x{202a}]')).toThrow(/invalid character class range/);
});
