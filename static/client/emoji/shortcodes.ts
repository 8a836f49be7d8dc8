import type { EmojiTable } from './emoji-table.js';

/** `:smile:`, but not the colons of `10:30:00` and not behind a backslash. */
const SHORTCODE = /(?<![\p{L}\p{N}\\]):([a-z\d+-][\w+-]{0,39}):(?![\p{L}\p{N}])/giu;
const SHORTCODE_AT_END = /(?<![\p{L}\p{N}\\]):([a-z\d+-][\w+-]{0,39}):$/iu;
/** Code, in which a shortcode is text: a block, which may lack its end, or a part of a line. */
const CODE = /^ {0,3}```[\s\S]*?(?:```|$(?![\s\S]))|`[^`\n]+`/gm;

/** A text with the characters of its shortcodes, except in code. Unknown codes remain. */
export function withEmoji(text: string, table: EmojiTable): string {
  const replaced = (part: string) =>
    part.replaceAll(SHORTCODE, (whole, code: string) => table.of(code)?.character ?? whole);
  let result = '';
  let end = 0;
  for (const match of text.matchAll(CODE)) {
    result += replaced(text.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return result + replaced(text.slice(end));
}

/** The shortcode that ends at the end of a text, and its character. Null in code, and for unknown codes. */
export function shortcodeAtEnd(text: string, table: EmojiTable): { start: number; character: string } | null {
  const [whole = '', code = ''] = SHORTCODE_AT_END.exec(text) ?? [];
  const emoji = table.of(code);
  // After a single backtick, code is being typed.
  const isCode = (text.slice(text.lastIndexOf('\n') + 1).match(/`/g)?.length ?? 0) % 2 === 1;
  if (!emoji || isCode || withEmoji(text, table).endsWith(whole)) return null;
  return { start: text.length - whole.length, character: emoji.character };
}
