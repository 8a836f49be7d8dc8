import type StateInline from 'markdown-it/lib/rules_inline/state_inline.mjs';
import { namedLink } from './addresses.js';

/**
 * `[text](address)`. The text has no brackets, is in one line, and contains the ends of its code. The address is one that a body could contain as such; it may
 * contain pairs of brackets. Both lengths are limited, so that the time is linear.
 */
const LINK =
  /\[((?:[^[\]\n`]|`[^[\]\n`]+`){1,500})\]\(([^\s()<>]{1,2000}(?:\([^\s()<>]{0,500}\)[^\s()<>]{0,500}){0,10})\)/y;

/** @param tokenize continues from `pos` to `posMax` */
export function link(state: StateInline, tokenize: () => void): boolean {
  const { src, pos, posMax } = state;
  // An image is text.
  if (src[pos] !== '[' || src[pos - 1] === '!' || state.linkLevel > 0) return false;
  LINK.lastIndex = pos;
  const [source = '', text = '', address = ''] = LINK.exec(src) ?? [];
  const attributes = text.trim() === '' ? null : namedLink(text, address);
  if (attributes === null) return false;
  state.push('link_open', 'a', 1).meta = attributes;
  state.pos = pos + 1;
  state.posMax = pos + 1 + text.length;
  state.linkLevel += 1;
  tokenize();
  state.linkLevel -= 1;
  state.push('link_close', 'a', -1);
  state.pos = pos + source.length;
  state.posMax = posMax;
  return true;
}
