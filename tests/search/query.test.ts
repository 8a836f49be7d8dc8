import { describe, expect, test } from 'vitest';
import { ChatError } from '../../server/protocol/errors.js';
import type { Message } from '../../server/protocol/message.js';
import { MatchedMessage, marksOf, matches, type ResolvedQuery } from '../../server/search/query/matcher.js';
import { parseQuery, QUERY_LIMITS } from '../../server/search/query/search-query.js';
import { phraseOf, tokensOf } from '../../server/search/query/tokens.js';

const terms = (text: string) => tokensOf(text).map(({ term }) => term);

function message(body: string, fields: Partial<Message> & { files?: unknown } = {}): Message {
  const author = { id_user: 'u1', name: 'Ada Lovelace' };
  return { id: 'm', room: 'tea', body, sent: Date.UTC(2025, 4, 10), author, kind: 'message', ...fields };
}

function resolved(text: string, ids: string[] = []): ResolvedQuery {
  const query = parseQuery(text);
  const names = query.authors.map((name) => phraseOf(name));
  return { ...query, authors: query.authors.length > 0 ? { ids, names } : null };
}

const found = (text: string, body: string, fields = {}, ids: string[] = []) =>
  matches(resolved(text, ids), new MatchedMessage(message(body, fields)));

describe('the terms of a search', () => {
  test.each([
    ['Straße ÉCOLE ΣΊΣΥΦΟΣ', ['strasse', 'ecole', 'σισυφοσ']],
    [
      "don't foo_bar https://example.com/a?b=1",
      ['don', 't', 'foo', 'bar', 'https', 'example', 'com', 'a', 'b', '1'],
    ],
    ['東京都', ['東京', '京都', '都']],
    ['が', ['が']],
    ['ｶﾞﾗｽ', ['ガラ', 'ラス', 'ス']],
    ['x東y', ['x', '東', 'y']],
    ['서울에서', ['서울', '울에', '에서', '서']],
    ['हिन्दी', ['हिन्दी']],
    ['party 🎉!', ['party', '🎉']],
    ['—…!', []],
  ])('%s is read as its words', (text, expected) => {
    expect(terms(text)).toEqual(expected.map((one) => one.normalize('NFKC')));
  });

  test('a phrase has the pairs of a run without its last character', () => {
    expect(phraseOf('東京都')).toEqual(['東京', '京都']);
    expect(phraseOf('東')).toEqual(['東']);
  });

  test('a word is cut at 64 characters', () => {
    expect(terms('x'.repeat(4000))).toEqual(['x'.repeat(64)]);
  });
});

describe('a search query', () => {
  test('has words, phrases and operators', () => {
    expect(
      parseQuery(
        'Release "next  week" from:@ada in:#tea in:"Tea & cake" after:2025-01 before:2025-06-01 has:link',
      ),
    ).toMatchObject({
      phrases: [['release'], ['next', 'week']],
      authors: ['ada'],
      rooms: ['tea', 'Tea & cake'],
      since: Date.UTC(2025, 1, 1),
      until: Date.UTC(2025, 5, 1),
      has: ['link'],
    });
  });

  test('treats unknown operators as words', () => {
    expect(parseQuery('https://example.com subject:tea').phrases).toEqual([
      ['https', 'example', 'com'],
      ['subject', 'tea'],
    ]);
  });

  test.each([
    ['', 'q has no word'],
    ['…', 'q has no word'],
    ['tea "unclosed', 'the quotation mark at character 5 is not closed'],
    ['has:video', 'has: at character 1 must be one of link, image, file'],
    ['tea before:2025-02-30', 'before: at character 5 needs a date'],
    ['in:""', 'in: at character 1 has no value'],
    ['x'.repeat(QUERY_LIMITS.length + 1), 'q has more than 200 characters'],
    ['a '.repeat(QUERY_LIMITS.parts + 1), 'q has more than 12 words, phrases and operators'],
    ['東'.repeat(60), 'q has more than 40 words'],
  ])('%j is refused with its reason', (text, reason) => {
    expect(() => parseQuery(text)).toThrow(ChatError);
    expect(() => parseQuery(text)).toThrow(reason);
  });
});

describe('a message', () => {
  test.each([
    ['tea', 'Tea?', true],
    ['tea cake', 'cake and tea', true],
    ['"tea cake"', 'cake and tea', false],
    ['"tea cake"', 'a tea, cake', true],
    ['te', 'tea', false],
    ['都', '東京都', true],
    ['京', '東京都', true],
    ['東都', '東京都', false],
    ['京都', '東京都', true],
    ['has:link', 'see www.example.org', true],
    ['has:link', 'no link', false],
    ['from:ada', 'tea', true],
    ['from:lovelace tea', 'tea', true],
    ['from:bob', 'tea', false],
    ['in:tea', 'x', true],
    ['in:coffee', 'x', false],
    ['in:coffee in:tea', 'x', true],
    ['before:2025-05-10', 'x', false],
    ['before:2025-05-11', 'x', true],
    ['after:2025-05-09', 'x', true],
    ['after:2025-05', 'x', false],
  ])('the query %j and the body %j: %s', (query, body, expected) => {
    expect(found(query, body)).toBe(expected);
  });

  test('is found by the id of an author who has another name now', () => {
    expect(found('from:countess', 'tea', {}, ['u1'])).toBe(true);
  });

  test('has an image when one of its files is one, whatever a driver wrote there', () => {
    expect(found('has:image', 'x', { files: [{ type: 'image/png' }] })).toBe(true);
    expect(found('has:image', 'x', { files: [{ type: 5 }, null, 'image/png'] })).toBe(false);
    expect(found('has:image', 'x', { files: 'image/png' })).toBe(false);
  });

  test.each([
    ['tea', 'Tea and tea', ['Tea', 'tea']],
    ['"green tea"', 'green  tea, tea', ['green  tea']],
    ['京都', '東京都へ', ['京都']],
    ['京', '東京都', ['京']],
    ['東京都', '東京都', ['東京都']],
    ['cafe', 'un cafe\u0301', ['cafe\u0301']],
  ])('the query %j marks its words in %j', (query, body, expected) => {
    const marks = marksOf(resolved(query), new MatchedMessage(message(body)));
    expect(marks.map(({ start, end }) => body.slice(start, end))).toEqual(expected);
  });
});
