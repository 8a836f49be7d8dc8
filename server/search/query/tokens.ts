import { normalise } from '../../protocol/text/normalise.js';

/** A searchable unit of a text. */
export interface Token {
  /** Folded: texts that a reader considers the same word have the same term. */
  term: string;
  /** The part of the text, in UTF-16 code units. */
  start: number;
  end: number;
  /** For a pair of characters: the first of them, folded, and its end in the text. */
  first?: { term: string; end: number };
}

/** Longest term, in UTF-16 code units; the rest of a longer word is not compared. */
const MAX_TERM_LENGTH = 64;

/** Scripts that separate no words by spaces, and Korean, which appends particles to words. */
const UNSPACED = String.raw`\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}`;
const WORD = new RegExp(
  String.raw`(?<run>(?:(?=[${UNSPACED}])[\p{L}\p{N}]\p{M}*)+)|(?<word>(?:(?![${UNSPACED}])[\p{L}\p{N}]\p{M}*)+)|\p{Extended_Pictographic}`,
  'gu',
);
/** A character with its marks, also the half-width sound marks of Japanese. */
const UNIT = /\P{M}[\p{M}\uFF9E\uFF9F]*/gu;
const NOT_IN_TERM = /[^\p{L}\p{N}\p{M}\p{Extended_Pictographic}]/gu;
/** Marks that change the pronunciation of a letter, not the letter, as people leave them out when they search. */
const OPTIONAL_MARKS =
  /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]\p{M}*)\p{Mn}/gu;

/**
 * The tokens of a text, in their order. A word of a script with spaces is one token. In scripts without spaces, each pair
 * of neighbouring characters is one, so that every part of a run is found as a phrase of pairs, without a dictionary
 * (as the `cjk` analyser of Lucene does); the last
 * character of a run is a token of its own. An emoji is a token.
 * Linear in the length of the text.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(WORD)) {
    const { index: start, 0: found, groups } = match;
    if (groups?.run !== undefined) pairs(found, start, tokens);
    else add(tokens, found, start);
  }
  return tokens;
}

/** The terms of a text that a query looks for as a phrase. */
export function phraseOf(text: string): string[] {
  const tokens = tokensOf(text);
  return tokens.filter(({ end }, i) => !isPairTo(end, tokens[i - 1])).map(({ term }) => term);
}

/** The form of a word in which words are compared: without case, compatibility forms and optional marks. */
export function fold(word: string): string {
  const decomposed = normalise(normalise(word, 'NFKC').toLowerCase(), 'NFD').replace(OPTIONAL_MARKS, '');
  return normalise(decomposed, 'NFKC')
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ')
    .replace(NOT_IN_TERM, '')
    .slice(0, MAX_TERM_LENGTH);
}

function pairs(run: string, start: number, tokens: Token[]): void {
  const units = [...run.matchAll(UNIT)];
  for (const [i, { index, 0: unit }] of units.entries()) {
    const next = units[i + 1]?.[0];
    const first = { term: fold(unit), end: start + index + unit.length };
    if (next === undefined) add(tokens, unit, start + index);
    else add(tokens, unit + next, start + index, first);
  }
}

/** Whether a pair ends here: then the character that ends here as well is the last of its run. */
function isPairTo(end: number, token: Token | undefined): boolean {
  return token?.first !== undefined && token.end === end;
}

function add(tokens: Token[], found: string, start: number, first?: Token['first']): void {
  const term = fold(found);
  if (term !== '') tokens.push({ term, start, end: start + found.length, ...(first && { first }) });
}
