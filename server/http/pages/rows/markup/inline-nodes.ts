import type Token from 'markdown-it/lib/token.mjs';
import { type Child, element } from '../element.js';
import { type Link, linkNodes } from './addresses.js';
import { parseInline } from './inline-parser.js';
import { findParts, type PartFinder, type TextPart } from './text-part.js';

/** An element whose end has not been read. */
interface Open {
  begin: Token | null;
  children: Child[];
}

/** The text and elements of a text without blocks. */
export function inlineNodes(text: string, finders: readonly PartFinder[]): readonly Child[] {
  const outer: Open = { begin: null, children: [] };
  const open = [outer];
  for (const token of parseInline(text, findParts(text, finders))) {
    const { children } = open.at(-1) ?? outer;
    if (token.nesting === 1) open.push({ begin: token, children: [] });
    else if (token.nesting === -1) {
      const inner = open.pop() ?? outer;
      (open.at(-1) ?? outer).children.push(...closed(inner));
    } else if (token.type === 'part') children.push(...(token.meta as TextPart).nodes);
    else if (token.type === 'code_inline') children.push(element('code', {}, token.content));
    else if (token.content !== '') children.push(token.content);
  }
  return outer.children;
}

function closed({ begin, children }: Open): readonly Child[] {
  if (begin?.type !== 'link_open') return [element(begin?.tag ?? 'span', {}, ...children)];
  const { href, host } = begin.meta as Link;
  return linkNodes({ href, host }, children, href);
}
