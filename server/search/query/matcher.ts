import type { Message } from '../../protocol/message.js';
import { contentsOf } from './contents.js';
import type { SearchQuery } from './search-query.js';
import { phraseOf, type Token, tokensOf } from './tokens.js';

/** A part of a message's body that matches, in UTF-16 code units. */
export interface Mark {
  start: number;
  end: number;
}

/** A query whose authors have been looked up. */
export interface ResolvedQuery extends Omit<SearchQuery, 'authors'> {
  /** Users and names that a message may be from; null: of any author. A name is a phrase of terms. */
  authors: { ids: string[]; names: string[][] } | null;
}

/** A message with its tokens, which all matchers of a change share. */
export class MatchedMessage {
  #tokens: Token[] | null = null;
  #terms: Set<string> | null = null;

  constructor(readonly message: Message) {}

  get tokens(): readonly Token[] {
    this.#tokens ??= tokensOf(this.message.body);
    return this.#tokens;
  }

  /** With the single characters of pairs. */
  get terms(): ReadonlySet<string> {
    this.#terms ??= new Set(this.tokens.flatMap(({ term, first }) => (first ? [term, first.term] : [term])));
    return this.#terms;
  }
}

/** Whether a message satisfies a query. */
export function matches(query: ResolvedQuery, matched: MatchedMessage): boolean {
  const { message } = matched;
  if (query.rooms.length > 0 && !query.rooms.includes(message.room)) return false;
  if (query.since !== null && message.sent < query.since) return false;
  if (query.until !== null && message.sent >= query.until) return false;
  if (query.authors && !isFrom(query.authors, message)) return false;
  if (query.has.length > 0) {
    const contents = contentsOf(message);
    if (!query.has.every((one) => contents.has(one))) return false;
  }
  return query.phrases.every((phrase) => hasPhrase(matched, phrase));
}

/** The parts of the body that match the words of a query, in their order, without overlaps. */
export function marksOf({ phrases }: Pick<SearchQuery, 'phrases'>, { tokens }: MatchedMessage): Mark[] {
  const found = phrases.flatMap((phrase) => [...occurrences(tokens, phrase)]);
  found.sort((a, b) => a.start - b.start);
  const merged: Mark[] = [];
  for (const mark of found) {
    const last = merged.at(-1);
    if (last && mark.start <= last.end) last.end = Math.max(last.end, mark.end);
    else merged.push({ ...mark });
  }
  return merged;
}

function isFrom({ ids, names }: NonNullable<ResolvedQuery['authors']>, { author }: Message): boolean {
  if (author.id_user !== null && ids.includes(author.id_user)) return true;
  const terms = phraseOf(author.name);
  return names.some((name) => terms.some((_, at) => name.every((term, i) => terms[at + i] === term)));
}

function hasPhrase(matched: MatchedMessage, phrase: readonly string[]): boolean {
  if (!phrase.every((term) => matched.terms.has(term))) return false;
  return phrase.length === 1 || !occurrences(matched.tokens, phrase).next().done;
}

function* occurrences(tokens: readonly Token[], phrase: readonly string[]): Generator<Mark> {
  for (const [at, { start, end, first, term }] of tokens.entries()) {
    const last = tokens[at + phrase.length - 1];
    if (last && phrase.every((one, i) => tokens[at + i]?.term === one))
      yield { start, end: Math.max(end, last.end) };
    else if (phrase.length === 1 && first && term !== phrase[0] && first.term === phrase[0])
      yield { start, end: first.end };
  }
}
