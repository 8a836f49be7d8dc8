import lines from 'emoji-lines';
import { EmojiTable } from './emoji-table.js';
import { shortcodeAtEnd, withEmoji } from './shortcodes.js';

const table = new EmojiTable(lines);

export const EMOJI_KIT = {
  table,
  /** A text with the characters of its shortcodes, except in code. */
  withEmoji: (text: string) => withEmoji(text, table),
  /** The shortcode that ends at the end of a text, and its character. */
  shortcodeAtEnd: (text: string) => shortcodeAtEnd(text, table),
};
