import { t } from '../../texts/text.js';
import { type Child, type ElementTree, element } from '../element.js';
import { hiddenHost, namedHost } from './link-host.js';
import type { TextPart } from './text-part.js';

export interface Link {
  /** Always http:, https: or mailto:. */
  href: string;
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

/**
 * The web and mail addresses of a text, as links. Takes linear time. linkify-it takes quadratic time for a text of many addresses
 * (8 times the length: 75 times the time) and adds 3.5 kB to the page's script.
 */
export function addresses(text: string): TextPart[] {
  const parts: TextPart[] = [];
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTrailingPunctuation(match[0]);
    const link = linkOf(address);
    if (link !== null) parts.push({ index: match.index, text: address, nodes: linkNodes(link, address) });
  }
  return parts;
}

/** The link of `[text](address)`; null where the address is not valid. */
export function namedLink(text: string, address: string): Link | null {
  const target = address.replace(/^mailto:/iu, '');
  const [found] = target.matchAll(ADDRESS);
  const link = found?.[0] === target ? linkOf(target) : null;
  return link && { href: link.href, host: link.host ?? namedHost(text, link.href) };
}

/** @param title shown by a pointer that rests on it: an address that the text does not contain */
export function linkNodes(
  { href, host }: Link,
  text: Child | readonly Child[],
  title?: string,
): ElementTree['children'] {
  const attributes = { href, title, rel: 'noopener noreferrer nofollow', target: '_blank', dir: 'ltr' };
  const link = element('a', attributes, ...(Array.isArray(text) ? text : [text]));
  return host === undefined
    ? [link]
    : [link, ' ', element('span', { class: 'host', dir: 'ltr' }, t('message.leadsTo', { host }))];
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

function linkOf(text: string): Link | null {
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
