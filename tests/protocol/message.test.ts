import { describe, expect, test } from 'vitest';
import { cleanBody, cleanName, cleanRoom, cleanTopic } from '../../server/protocol/message.js';

const INVISIBLE: Record<string, string> = {
  'a zero width space': '\u200b',
  'joiners alone': '\u200c\u200d',
  'a word joiner': '\u2060',
  'a zero width no-break space': '\u200b\ufeff\u200b',
  'a Hangul filler': '\u3164',
  'Hangul jamo fillers': '\u115f\u1160',
  'a halfwidth Hangul filler': '\uffa0',
  'the braille pattern without dots': '\u2800',
  'a soft hyphen': '\u00ad',
  'tag characters': '\u{e0041}\u{e007f}',
  'variation selectors': '\ufe0f\u{e0100}',
  'combining marks without a base': '\u200b\u0301\u20e3',
  'an annotation': '\ufff9\ufffb',
  'fillers among spaces': '\u3164 \u3164',
};

const VISIBLE = [
  'Ada',
  '👩‍👩‍👧',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '❤️',
  'क्‍ष',
  'می‌خواهم',
  'Zoe\u0308',
  '1️⃣',
  '李',
  '⠁',
  '٠',
  '\u{1fae9}',
  '\ue000',
];

describe('texts without visible characters', () => {
  test.each(Object.entries(INVISIBLE))(
    'a text without visible characters is rejected as name, body, room and topic: %s',
    (_what, text) => {
      for (const [field, clean] of Object.entries({
        name: cleanName,
        body: cleanBody,
        room: cleanRoom,
        topic: cleanTopic,
      })) {
        expect(() => clean(text)).toThrowError(
          expect.objectContaining({
            code: `bad-${field}`,
            message: expect.stringMatching(/has no visible character|is empty/),
          }),
        );
      }
    },
  );

  test.each(VISIBLE)('a text with visible and invisible characters is accepted: %s', (text) => {
    expect(cleanName(text)).toBe(text.normalize('NFC'));
    expect(cleanBody(text)).toBe(text.normalize('NFC'));
  });
});

test('bidi controls are accepted in a body and rejected in a name or topic', () => {
  for (const control of '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069') {
    const text = `a${control}b`;
    expect(cleanBody(text)).toBe(text);
    expect(() => cleanName(text)).toThrowError(expect.objectContaining({ code: 'bad-name' }));
    expect(() => cleanTopic(text)).toThrowError(expect.objectContaining({ code: 'bad-topic' }));
  }
  expect(() => cleanRoom('a\u202eb')).toThrowError(expect.objectContaining({ code: 'bad-room' }));
});

test('a body with mentions of more than 20 users is rejected', () => {
  const users = Array.from({ length: 20 }, (_, i) => `<@user${i}>`).join(' ');
  expect(cleanBody(`${users} <@user0>`)).toContain('<@user19>');
  expect(() => cleanBody(`${users} <@another>`)).toThrowError(
    expect.objectContaining({ code: 'too-many-mentions', details: { field: 'body', limit: 20 } }),
  );
});

test('a text with more than 30 combining marks in a row is rejected', () => {
  expect(cleanBody(`q${'\u0301'.repeat(30)}`)).toHaveLength(31);
  expect(() => cleanBody(`q${'\u0301'.repeat(31)}`)).toThrowError(
    expect.objectContaining({ code: 'too-many-marks', details: { field: 'body', limit: 30 } }),
  );
});
