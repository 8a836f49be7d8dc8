/** First and last code point of a range. */
type Range = readonly [first: number, last: number];

/** Characters that change the direction of the text around them: marks, embeddings, overrides, isolates. */
export const BIDI_CONTROLS: readonly Range[] = [
  [0x061c, 0x061c],
  [0x200e, 0x200f],
  [0x202a, 0x202e],
  [0x2066, 0x2069],
];

/**
 * Invisible characters that no category below contains: fillers, joiners, variation selectors, tag characters, the
 * braille pattern without dots.
 */
const INVISIBLE: readonly Range[] = [
  [0x00ad, 0x00ad],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

/** Categories that are invisible on their own: separators, control characters, and combining marks without a base. */
const INVISIBLE_CATEGORIES = String.raw`\s\p{Z}\p{Cc}\p{M}`;

/** Formats ranges for a character class: `\u{…}` in JavaScript (flag u), `\x{…}` in RE2. */
export function classOf(ranges: readonly Range[], syntax: 'javascript' | 're2'): string {
  const letter = syntax === 're2' ? 'x' : 'u';
  const character = (code: number) => `\\${letter}{${code.toString(16)}}`;
  return ranges.map(([first, last]) => `${character(first)}-${character(last)}`).join('');
}

/** A regular expression that matches a visible character, for JavaScript (flag u) or RE2. */
export const visiblePattern = (syntax: 'javascript' | 're2') =>
  `[^${INVISIBLE_CATEGORIES}${classOf(INVISIBLE, syntax)}]`;

/** Scripts whose letters joiners do not shape. */
const NOT_JOINED = String.raw`\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}`;

/** Invisible characters with a visible effect: within emoji, flags, and words of scripts with joined letters. */
const SHAPING = String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})|(?<=\p{Emoji})[\ufe0e\ufe0f]|(?<=\u{1f3f4})[\u{e0020}-\u{e007e}]+\u{e007f}|(?<=[\p{L}\p{M}])(?<![${NOT_JOINED}])[\u200c\u200d](?=\p{L})`;

/** Whether a text contains an invisible character without a visible effect. Linear in the length of the text. */
export function hasStrayInvisible(text: string): boolean {
  const stray = new RegExp(`[${classOf(INVISIBLE, 'javascript')}]`, 'u');
  return stray.test(text) && stray.test(text.replaceAll(new RegExp(SHAPING, 'gu'), ''));
}
