import { ChatError } from '../../protocol/errors.js';
import { readDate } from './dates.js';
import { phraseOf } from './tokens.js';

export const HAS = ['link', 'image', 'file'] as const;
export type Has = (typeof HAS)[number];

/** A search as its author meant it. A message matches if it has all words and satisfies each kind of operator. */
export interface SearchQuery {
  /** The text that was parsed. */
  text: string;
  /** Each a word or a phrase, as terms that follow each other. */
  phrases: string[][];
  /** Names of authors; any of them. `me` is the user who searches. */
  authors: string[];
  /** Names of rooms; any of them. */
  rooms: string[];
  /** Sent at or after, in milliseconds since 1970. */
  since: number | null;
  /** Sent before, in milliseconds since 1970. */
  until: number | null;
  has: Has[];
}

/** Limits of a query: its length in UTF-16 code units, its words, phrases and operators, and the terms in all of them. */
export const QUERY_LIMITS = { length: 200, parts: 12, terms: 40 } as const;

// An operator's value or a phrase in quotation marks, or a word. Operators of other names are words.
const PART =
  /\s*(?:(?<operator>from|in|before|after|has):(?=\S))?(?:"(?<quoted>(?:[^"]|"")*)(?<end>"?)|(?<word>[^\s"]+))/giy;

/**
 * Parses a query: words, `"phrases"`, `from:name`, `in:room`, `before:2025-01-31`, `after:2025-01`, `has:link`, `has:image`,
 * `has:file`. Values with spaces are quoted: `in:"Tea & cake"`; quotation marks in them are doubled.
 * @throws ChatError `bad-query`, with the field and the position in the text
 */
export function parseQuery(value: unknown, field = 'q'): SearchQuery {
  if (typeof value !== 'string') throw new ChatError('bad-query', `${field} is missing`, { field });
  const text = value.replaceAll(/[“”„«»]/gu, '"').trim();
  if (text.length > QUERY_LIMITS.length) throw tooLong(field, 'characters', QUERY_LIMITS.length);
  const query: SearchQuery = { text, phrases: [], authors: [], rooms: [], since: null, until: null, has: [] };
  let parts = 0;
  for (const { index, groups = {}, 0: match } of text.matchAll(PART)) {
    const at = index + match.search(/\S/) + 1;
    if (groups.quoted !== undefined && groups.end === '')
      throw new ChatError('bad-query', `${field}: the quotation mark at character ${at} is not closed`, {
        field,
      });
    parts += 1;
    if (parts > QUERY_LIMITS.parts) throw tooLong(field, 'words, phrases and operators', QUERY_LIMITS.parts);
    const part = groups.quoted?.replaceAll('""', '"') ?? groups.word ?? '';
    if (groups.operator === undefined) addWords(query, part);
    else addOperator(query, groups.operator.toLowerCase(), part.trim(), { field, at });
  }
  const terms = query.phrases.reduce((sum, phrase) => sum + phrase.length, 0);
  if (terms > QUERY_LIMITS.terms) throw tooLong(field, 'words', QUERY_LIMITS.terms);
  if (isEmpty(query))
    throw new ChatError('bad-query', `${field} has no word to search for, and no operator`, { field });
  return query;
}

function addWords(query: SearchQuery, part: string): void {
  const phrase = phraseOf(part);
  if (phrase.length > 0) query.phrases.push(phrase);
}

function addOperator(
  query: SearchQuery,
  operator: string,
  value: string,
  { field, at }: { field: string; at: number },
): void {
  const fail = (problem: string) =>
    new ChatError('bad-query', `${field}: ${operator}: at character ${at} ${problem}`, { field });
  if (value === '') throw fail('has no value');
  if (operator === 'from') query.authors.push(value.replace(/^@(?=.)/u, ''));
  else if (operator === 'in') query.rooms.push(value.replace(/^#(?=.)/u, ''));
  else if (operator === 'has') {
    const has = HAS.find((one) => one === value.toLowerCase());
    if (!has) throw fail(`must be one of ${HAS.join(', ')}`);
    query.has.push(has);
  } else {
    const span = readDate(value);
    if (!span) throw fail('needs a date: 2025-01-31, 2025-01, 2025 or 2025-01-31T18:00');
    if (operator === 'before') query.until = Math.min(query.until ?? span.begin, span.begin);
    else query.since = Math.max(query.since ?? span.end, span.end);
  }
}

function isEmpty({ phrases, authors, rooms, since, until, has }: SearchQuery): boolean {
  return (
    phrases.length + authors.length + rooms.length + has.length === 0 && since === null && until === null
  );
}

function tooLong(field: string, unit: string, limit: number): ChatError {
  return new ChatError('bad-query', `${field} has more than ${limit} ${unit}`, { field, limit });
}
