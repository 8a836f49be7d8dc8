/** Longer bodies are collapsed. The style sheet shows 16 lines of them. */
const MAX_LINES = 24;
/** Letters in a line on a wide screen, and on a phone. */
const WIDE_LINE_LETTERS = 95;
const NARROW_LINE_LETTERS = 36;

/** Characters that take no space of their own: marks, joiners and what they join, skin tones. */
const WITHOUT_WIDTH = /\u200d\p{Extended_Pictographic}|[\p{M}\p{Cf}\p{Emoji_Modifier}]/gu;
/** Characters of twice the width of a letter. */
const WIDE = /[\u2e80-\ud7ff\uf900-\ufaff\uff01-\uff60]/gu;

/** The class of a body that is collapsed: `long` on every screen, `long-narrow` on narrow ones. Null for other bodies. */
export function lengthClass(body: string): 'long' | 'long-narrow' | null {
  const widths = body
    .split('\n')
    .map((line) => line.replaceAll(WITHOUT_WIDTH, '').replaceAll(WIDE, '00').length);
  const lines = (letters: number) =>
    widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / letters)), 0);
  if (lines(WIDE_LINE_LETTERS) > MAX_LINES) return 'long';
  return lines(NARROW_LINE_LETTERS) > MAX_LINES ? 'long-narrow' : null;
}
