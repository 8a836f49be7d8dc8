import { balanceBidi } from '../../../protocol/text/bidi.js';

/** A piece of a message's body: plain text, or text that leads somewhere. */
export interface BodyPart {
  text: string;
  /** Only ever http: or https:. */
  href?: string;
}

// Ended by spaces, by quotes and brackets of markup, by punctuation of Chinese and Japanese, and by bidi controls, which
// could make an address look like another.
const ADDRESS =
  /\bhttps?:\/\/[^\s<>"`{}|\\^，。、！？；：（）「」『』【】\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;

/** Longest host of an address that becomes a link: no name in the DNS is longer. Reading a host is quadratic. */
const MAX_HOST_LENGTH = 255;

/**
 * Cuts a body where it has web addresses. Joined together, the texts are the body: nothing is added or left out except
 * bidi controls, which are balanced. Nothing but http and https becomes a link. Both the server's pages and the browser
 * render messages from this. Linear in the length of the body.
 */
export function bodyParts(text: string): BodyPart[] {
  const body = balanceBidi(text);
  const parts: BodyPart[] = [];
  let end = 0;
  for (const match of body.matchAll(ADDRESS)) {
    const text = withoutTrailingPunctuation(match[0]);
    const href = webAddress(text);
    if (href === null) continue;
    if (match.index > end) parts.push({ text: body.slice(end, match.index) });
    parts.push({ text, href });
    end = match.index + text.length;
  }
  if (end < body.length) parts.push({ text: body.slice(end) });
  return parts;
}

const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** A full stop after an address belongs to the sentence; a closing bracket only where none was opened inside. */
function withoutTrailingPunctuation(text: string): string {
  let counts: Record<string, number> | null = null;
  let end = text.length;
  for (; end > 0; end--) {
    const last = text[end - 1]!;
    if (`.,:;!?'*_~…`.includes(last)) continue;
    const opening = OPENING[last];
    if (opening === undefined) break;
    // Nothing that has been cut off so far is a bracket.
    counts ??= countBrackets(text);
    if (counts[opening]! >= counts[last]!) break;
    counts[last]! -= 1;
  }
  return text.slice(0, end);
}

function countBrackets(text: string): Record<string, number> {
  const counts: Record<string, number> = { '(': 0, ')': 0, '[': 0, ']': 0 };
  for (const char of text) if (char in counts) counts[char]! += 1;
  return counts;
}

function webAddress(text: string): string | null {
  const host = text.slice(text.indexOf('//') + 2).search(/[/?#]/u);
  if ((host < 0 ? text.length : host) > MAX_HOST_LENGTH) return null;
  try {
    const { protocol, href } = new URL(text);
    return protocol === 'http:' || protocol === 'https:' ? href : null;
  } catch {
    return null;
  }
}

// No character can be part of two of these pieces, so that there is one way to match and the time is linear.
const EMOJI = String.raw`\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}\u{E0020}-\u{E007F}]*`;
const JUMBO = new RegExp(
  String.raw`^(?:(?:${EMOJI}(?:\u200D${EMOJI})*|\p{Regional_Indicator}{2})\s*){1,3}$`,
  'u',
);

/** Up to three emoji and nothing else: shown large. */
export function isJumbo(body: string): boolean {
  return JUMBO.test(body);
}
