import { ChatError } from '../errors.js';

/** Bytes of an emoji in UTF-8. The longest ones, such as families and flags of regions, have fewer. */
export const MAX_EMOJI_BYTES = 35;

/** Selects the coloured form of a character that also has a form as text, such as ❤. */
const EMOJI_STYLE = '\uFE0F';

/** Emoji that Unicode recommends for interchange (UTS #51), as the ICU of this Node.js knows them. */
/** A string: the flag is newer than the target of the compiler. */
const RGI_PATTERN = '^\\p{RGI_Emoji}$';
const RGI_EMOJI = new RegExp(RGI_PATTERN, 'v');

/** The recommended form of an emoji, in which `❤` has its style; null for any other text. */
export function toEmoji(text: string): string | null {
  if (text.length > MAX_EMOJI_BYTES || Buffer.byteLength(text) > MAX_EMOJI_BYTES) return null;
  return [text, text + EMOJI_STYLE].find((form) => RGI_EMOJI.test(form)) ?? null;
}

/** Forms of an emoji that rows of other programs can have. */
export function emojiForms(emoji: string): string[] {
  return emoji.endsWith(EMOJI_STYLE) ? [emoji, emoji.slice(0, -1)] : [emoji];
}

/** @throws ChatError `bad-emoji` */
export function cleanEmoji(value: unknown): string {
  const emoji = typeof value === 'string' ? toEmoji(value.trim()) : null;
  if (emoji !== null) return emoji;
  throw new ChatError('bad-emoji', `emoji must be one emoji, at most ${MAX_EMOJI_BYTES} bytes long`, {
    field: 'emoji',
    limit: MAX_EMOJI_BYTES,
  });
}
