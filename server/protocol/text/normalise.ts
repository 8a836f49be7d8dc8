/**
 * Maximum number of consecutive combining marks, as in the Stream-Safe Text Format of UAX #15. Unicode normalisation sorts
 * each sequence of marks in quadratic time: 64,000 of them take two seconds. No language needs more than 30.
 */
export const MAX_MARKS = 30;

const MARKS = /\p{M}{2,}/gu;

/** Whether a text has more than `MAX_MARKS` consecutive combining marks. Linear in the length of the text. */
export function hasTooManyMarks(text: string): boolean {
  for (const [marks] of text.matchAll(MARKS)) {
    // Marks outside the Basic Multilingual Plane have two UTF-16 code units.
    if (marks.length > MAX_MARKS && [...marks].length > MAX_MARKS) return true;
  }
  return false;
}

/** Unicode normalisation in linear time: texts with too many marks, which are always rejected, are returned unchanged. */
export function normalise(text: string, form: 'NFC' | 'NFD' | 'NFKC' = 'NFC'): string {
  return hasTooManyMarks(text) ? text : text.normalize(form);
}
