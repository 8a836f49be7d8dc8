import type { Author } from '../../../protocol/message.js';
import { classes, type ElementTree, element } from './element.js';

/** Number of hue classes in the style sheet: `hue-0`, `hue-1`, … */
export const HUES = 12;

/** The class of an author's colour, the same on every screen: FNV-1a of the id modulo the number of hues. */
export function hueClass({ id_user, name }: Author): string {
  let hash = 2166136261;
  for (const char of id_user ?? name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16777619);
  return `hue-${(hash >>> 0) % HUES}`;
}

const graphemes = new Intl.Segmenter();

/** The mark of a name that looks like another one: `Mia #5f1c`. */
const MARK = / #[0-9a-f]{4,8}$/;

/** The initials of a name: the first characters of its first and its last word. */
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
