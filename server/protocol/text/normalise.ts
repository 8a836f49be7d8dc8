/**
 * Most combining marks in a row, as in the Stream-Safe Text Format of UAX #15. Unicode normalisation sorts each row of
 * marks in quadratic time: 64,000 of them take two seconds. No language needs more.
 */
export const MAX_MARKS = 30;

const MARKS = /\p{M}{2,}/gu;

/** True if a row of combining marks is longer than `MAX_MARKS`. Linear in the length of the text. */
export function hasTooManyMarks(text: string): boolean {
  for (const [marks] of text.matchAll(MARKS)) {
    // Marks outside the Basic Multilingual Plane have two UTF-16 units.
    if (marks.length > MAX_MARKS && [...marks].length > MAX_MARKS) return true;
  }
  return false;
}

/** Unicode normalisation in linear time: a text with too many marks in a row, which no rule accepts, stays as it is. */
export function normalise(text: string, form: 'NFC' | 'NFD' | 'NFKC' = 'NFC'): string {
  return hasTooManyMarks(text) ? text : text.normalize(form);
}
