import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { matchRegex } from '../../src/operators/regex.js';
import { seededRandom } from '../support/random.js';

/** The position and text of the first match, by RE2's own engine in JavaScript. */
function byRe2(text: string, pattern: string): [start: number, str: string] | null {
  const matcher = RE2JS.compile(pattern).matcher(text);
  if (!matcher.find()) return null;
  return [Buffer.byteLength(text.slice(0, matcher.start())), matcher.group()!];
}

const CLASSES = [
  '[\\s]',
  '[^\\s\\p{L}]',
  '[\\p{Cc}]',
  '[^\\p{C}\\p{Z}]',
  '[\\p{Cc}\\x{202a}-\\x{202e}]',
  '[\\x{1f600}-\\x{1f64f}]',
];

const CODE_POINT_LIMITS = [0x80, 0x300, 0x2100, 0x10000, 0x20000];

/** Texts of up to 40 characters: ASCII, other scripts, format characters, emoji. No lone surrogates. */
function randomTexts(count: number): string[] {
  const random = seededRandom(7);
  const character = () => String.fromCodePoint(random(CODE_POINT_LIMITS[random(5)]!));
  const text = () => Array.from({ length: random(40) }, character).join('');
  return Array.from({ length: count }, () => text().replace(/\p{Surrogate}/gu, '\ufffd'));
}

test.each(CLASSES)('the pattern %s matches the same texts as RE2', (pattern) => {
  const texts = randomTexts(2_000);
  for (const space of ['\v', '\f', '\u00a0', '\u2028', '\ufeff', ' ']) texts.push(`a${space}b`, space);
  for (const text of texts) {
    const match = matchRegex(text, pattern) as { start: number; str: string } | null;
    expect(match && [match.start, match.str]).toEqual(byRe2(text, pattern));
  }
});

test('a character class that cannot be compiled is refused with the message of RE2', () => {
  expect(() => matchRegex('a', '[\\x{202e}-\\x{202a}]')).toThrow(/invalid character class range/);
});

// The messages are those of a RethinkDB server.
test.each([
  ['(?=a)', '(portion `(?=`): invalid perl operator: (?='],
  ['a(?<!b)', '(portion `(?<`): invalid perl operator: (?<'],
  ['a{1001}', '(portion `{1001}`): invalid repetition size: {1001}'],
  ['a{2,1}', '(portion `{2,1}`): invalid repetition size: {2,1}'],
  ['a\\', '(portion ``): trailing \\'],
])('the error for the regular expression %s is the one of RE2', (pattern, message) => {
  expect(() => matchRegex('text', pattern)).toThrow(message);
});
