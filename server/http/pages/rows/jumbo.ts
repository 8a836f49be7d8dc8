// No character belongs to two of these alternatives, so a text matches in one way only and the time is linear.
const EMOJI = String.raw`\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}\u{E0020}-\u{E007F}]*`;
const JUMBO = new RegExp(
  String.raw`^(?:(?:${EMOJI}(?:\u200D${EMOJI})*|\p{Regional_Indicator}{2})\s*){1,3}$`,
  'u',
);

/** True for one to three emoji without other text, which are shown large. */
export function isJumbo(body: string): boolean {
  return JUMBO.test(body);
}
