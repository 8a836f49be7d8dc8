/** Blank lines in a row that are shown. */
export const MAX_BLANK_LINES = 2;

/** More than two blank lines, which may contain spaces. */
const BLANK_LINES = /\n(?:[^\S\n]*\n){3,}/gu;

/** The text with at most `MAX_BLANK_LINES` blank lines in a row. */
export function withoutBlankLines(text: string): string {
  return text.replaceAll(BLANK_LINES, '\n\n\n');
}
