import type { Author } from '../../../protocol/message.js';
import { classes, type ElementTree, element } from './element.js';

/** How many hues the style sheet has, as classes `hue-0`, `hue-1`, … */
export const HUES = 12;

/** The class that colours an author: the same person has the same colour on every screen. */
export function hueClass({ id_user, name }: Author): string {
  let hash = 2166136261;
  for (const char of id_user ?? name) hash = Math.imul(hash ^ char.codePointAt(0)!, 16777619);
  return `hue-${(hash >>> 0) % HUES}`;
}

const graphemes = new Intl.Segmenter();

/** What the server adds to a name that looks like another: `Mia #5f1c`. */
const MARK = / #[0-9a-f]{4,8}$/;

/** One or two characters that stand for a name: the first of its first and of its last word. */
export function initials(name: string): string {
  const words = name
    .replace(MARK, '')
    .split(/[\s_-]+/u)
    .filter((word) => /[\p{L}\p{N}\p{Emoji}]/u.test(word));
  const first = (text: string) => graphemes.segment(text).containing(0)?.segment ?? '';
  const [one = name, ...more] = words;
  return (first(one) + first(more.at(-1) ?? '')).toLocaleUpperCase('en');
}

/** Hidden from screen readers, which read the name beside it. */
export function avatar(author: Author): ElementTree {
  const look = classes('avatar', hueClass(author));
  return element('span', { class: look, 'aria-hidden': 'true' }, initials(author.name));
}
