import { beforeAll, expect, test } from 'vitest';
import { emojiLines } from '../../scripts/build/emoji-data.js';
import { EmojiCompletions } from '../../static/client/completion/emoji-completions.js';
import { EmojiChoices } from '../../static/client/emoji/emoji-choices.js';
import { EmojiTable, SKIN_TONES, withSkinTone } from '../../static/client/emoji/emoji-table.js';
import { shortcodeAtEnd, withEmoji } from '../../static/client/emoji/shortcodes.js';

let table: EmojiTable;
beforeAll(async () => {
  table = new EmojiTable(await emojiLines('en'));
});

test('the table has all groups, and each emoji has a character and a shortcode', () => {
  expect(table.groups).toHaveLength(9);
  const all = table.groups.flat();
  expect(all.length).toBeGreaterThan(1_800);
  for (const { character, codes } of all) {
    expect(character).toMatch(/^[^\w\s*]|^[\d#*]\ufe0f?\u20e3/);
    expect(codes[0], character).toMatch(/^[\w+-]+$/);
  }
  expect(new Set(all.map(({ character }) => character)).size).toBe(all.length);
});

test('an emoji is found by its shortcode, by the beginning of its words, and by other words', () => {
  const first = (text: string) => table.search(text, 5)[0]?.character;
  expect(table.of('+1')?.character).toBe('👍');
  expect(table.of('SMILE')?.character).toBe('😄');
  expect(first('tada')).toBe('🎉');
  expect(first('thumbsup')).toBe('👍');
  expect(first('heart')).toBe('❤️');
  expect(table.search('blue hea', 5).map(({ character }) => character)).toContain('💙');
  expect(first('party')).toBe('🥳');
  expect(table.search('', 5)).toEqual([]);
  expect(table.search('no such thing', 5)).toEqual([]);
});

test('in German an emoji has a German name, is found by it and by German words, and keeps its shortcodes', async () => {
  const german = new EmojiTable(await emojiLines('de'));
  const first = (text: string) => german.search(text, 5)[0]?.character;
  expect(german.of('tada')).toMatchObject({ character: '🎉', name: 'Konfettibombe' });
  expect(first('konfetti')).toBe('🎉');
  expect(first('rotes herz')).toBe('❤️');
  expect(first('Äpf')).toBeUndefined();
  expect(german.search('grün', 50).map(({ character }) => character)).toContain('💚');
  expect(german.search('fahrzeug', 50).map(({ character }) => character)).toContain('🚗');
  expect(first('tada')).toBe('🎉');
  const characters = (one: EmojiTable) => one.groups.flat().map(({ character }) => character);
  expect(characters(german)).toEqual(characters(table));
  expect(table.of('tada')?.name).toBe('tada');
});

test('a skin tone replaces the selector of the presentation', () => {
  const [light = '', , , , dark = ''] = SKIN_TONES;
  const toned = (code: string, tone: string) => {
    const emoji = table.of(code);
    return emoji && withSkinTone(emoji, tone);
  };
  expect(toned('+1', light)).toBe('👍🏻');
  expect(toned('raised_hand_with_fingers_splayed', dark)).toBe('🖐🏿');
  expect(toned('tada', dark)).toBe('🎉');
  expect(toned('+1', '')).toBe('👍');
});

test.each([
  ['hi :smile:!', 'hi 😄!'],
  [':+1::tada:', '👍🎉'],
  [':no_such_code: at 10:30:00 in a:b:c', ':no_such_code: at 10:30:00 in a:b:c'],
  ['`:smile:` and\n```\n:smile:\n``` :smile:', '`:smile:` and\n```\n:smile:\n``` 😄'],
  ['```\n:smile:', '```\n:smile:'],
  [String.raw`\:smile:`, String.raw`\:smile:`],
  ['http://a.b:smile:', 'http://a.b:smile:'],
])('%j is sent as %j', (text, expected) => {
  expect(withEmoji(text, table)).toBe(expected);
});

test('a shortcode is replaced when its last colon is typed, except in code', () => {
  expect(shortcodeAtEnd('so :tada:', table)).toEqual({ start: 3, character: '🎉' });
  for (const text of ['so :tada', 'so :nothing:', '`a` `:tada:`', '```\n:tada:', '`:tada:', '10:30:'])
    expect(shortcodeAtEnd(text, table), text).toBeNull();
});

test('shortcodes are completed after a colon and two characters, once the emoji are loaded', async () => {
  let loaded: { table: EmojiTable } | null = null;
  const completions = new EmojiCompletions({
    loaded: () => loaded,
    load: async () => {
      loaded = { table };
    },
  });
  for (const text of [':', ':s', 'at 10:30', 'a:sm', '::sm', 'http://sm', ': sm'])
    expect(completions.query(text), text).toBeNull();
  expect(completions.query('so (:sm')).toBe('sm');
  expect(completions.matches('tad')).toEqual([]);
  await new Promise<void>((resolve) => completions.refresh(resolve));
  expect(completions.matches('tad')[0]).toMatchObject({ key: 'tada', text: '🎉 ' });
  expect(completions.matches('a')).toHaveLength(12);
});

test('recently used emoji are remembered, the latest first and each once', () => {
  const stored = new Map<string, string>();
  const choices = new EmojiChoices({
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, value),
    removeItem: (key) => stored.delete(key),
  });
  for (const character of ['🎉', '😄', '🎉']) choices.use(character);
  expect(choices.recent).toEqual(['🎉', '😄']);
  for (const { character } of table.groups[1] ?? []) choices.use(character);
  expect(choices.recent).toHaveLength(24);
  expect(new EmojiChoices(null).recent).toEqual([]);
});
