import { balanceBidi } from '../../../protocol/text/bidi.js';
import { hiddenHost } from './link-host.js';

/** A part of a message's body: plain text or a link. */
export interface BodyPart {
  text: string;
  /** Always http:, https: or mailto:. */
  href?: string;
  /** The host to which the link leads, where its text suggests another one. */
  host?: string | undefined;
}

// An address ends at spaces, at quotes and brackets of markup, at Chinese and Japanese punctuation, and at bidi controls,
// which could disguise it as another address. The lookbehinds let a match begin only at the first character of a word, so
// that a long word is read once.
const ADDRESS =
  /(?:\bhttps?:\/\/|(?<![\w.@/-])www\.)[^\s<>"`{}|\\^，。、！？；：（）「」『』【】《》〈〉．\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+|(?<![\w.+%-])[\w.+%-]{1,64}@(?:[a-z\d-]+\.)+[a-z]{2,63}(?![\w-])/giu;

/** Longest host of a link, the limit of the DNS. Parsing a host takes quadratic time. */
const MAX_HOST_LENGTH = 255;

/** More than two blank lines, which may contain spaces. */
const BLANK_LINES = /\n(?:[^\S\n]*\n){3,}/gu;

/**
 * Splits a body at its web and mail addresses. The joined texts are the body with balanced bidi controls and with at most two
 * blank lines in a row. Takes linear time. linkify-it takes quadratic time for a body of many addresses (8 times the length: 75 times the
 * time) and adds 3.5 kB to the page's script.
 */
export function bodyParts(text: string): BodyPart[] {
  const body = balanceBidi(text.replaceAll(BLANK_LINES, '\n\n\n'));
  const parts: BodyPart[] = [];
  let end = 0;
  for (const match of body.matchAll(ADDRESS)) {
    const text = withoutTrailingPunctuation(match[0]);
    const link = linkOf(text);
    if (link === null) continue;
    if (match.index > end) parts.push({ text: body.slice(end, match.index) });
    parts.push({ text, ...link });
    end = match.index + text.length;
  }
  if (end < body.length) parts.push({ text: body.slice(end) });
  return parts;
}

const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** Punctuation after an address belongs to the sentence, and so does a closing bracket that the address does not open. */
function withoutTrailingPunctuation(text: string): string {
  let counts: Record<string, number> | null = null;
  let end = text.length;
  for (; end > 0; end--) {
    const last = text.charAt(end - 1);
    if (`.,:;!?'*_~…`.includes(last)) continue;
    const opening = OPENING[last];
    if (opening === undefined) break;
    // No bracket has been removed before the first count.
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

function linkOf(text: string): Omit<BodyPart, 'text'> | null {
  const isWeb = /^https?:/iu.test(text);
  if (!isWeb && !/^www\./iu.test(text)) return { href: `mailto:${text}` };
  const address = isWeb ? text : `https://${text}`;
  const [authority = ''] = address.slice(address.indexOf('//') + 2).split(/[/?#]/u, 1);
  if (authority.length > MAX_HOST_LENGTH || !(isWeb || /\..+\../u.test(authority))) return null;
  try {
    const { href, hostname } = new URL(address);
    return { href, host: hiddenHost(authority, hostname) };
  } catch {
    return null;
  }
}

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
