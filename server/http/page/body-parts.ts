/** A piece of a message's body: plain text, or text that leads somewhere. */
export interface BodyPart {
  text: string;
  /** Only ever http: or https:. */
  href?: string;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"`{}|\\^]+/giu;

/**
 * Cuts a body where it has web addresses. Joined together, the texts are the body: nothing is added or left out, and
 * nothing but http and https becomes a link. Both the server's pages and the browser render messages from this.
 */
export function bodyParts(body: string): BodyPart[] {
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

/** A full stop after an address belongs to the sentence; a closing bracket only where none was opened inside. */
function withoutTrailingPunctuation(text: string): string {
  let end = text.length;
  for (; end > 0; end--) {
    const last = text[end - 1]!;
    if (`.,:;!?'*_~…`.includes(last)) continue;
    const opening = { ')': '(', ']': '[' }[last];
    const address = text.slice(0, end);
    if (opening === undefined || count(address, opening) >= count(address, last)) break;
  }
  return text.slice(0, end);
}

const count = (text: string, char: string) => text.split(char).length - 1;

function webAddress(text: string): string | null {
  try {
    const { protocol, href } = new URL(text);
    return protocol === 'http:' || protocol === 'https:' ? href : null;
  } catch {
    return null;
  }
}

const EMOJI = String.raw`\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]*`;
const JUMBO = new RegExp(
  String.raw`^(?:(?:${EMOJI}(?:\u200D${EMOJI})*|\p{Regional_Indicator}{2})\s*){1,3}$`,
  'u',
);

/** Up to three emoji and nothing else: shown large. */
export function isJumbo(body: string): boolean {
  return JUMBO.test(body);
}
