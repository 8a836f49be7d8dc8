import { balanceBidi } from '../../../../protocol/text/bidi.js';
import type { Child } from '../element.js';
import { addresses } from './addresses.js';
import { withoutBlankLines } from './blank-lines.js';
import { markupNodes } from './markup-nodes.js';
import { findParts, type PartFinder } from './text-part.js';

/** A body without these has no markup. Spares ordinary messages the parser. */
const MARKUP = /[\\`*_~[]|^[ \t]{0,3}(?:>|-[ \t]|\d{1,9}\.[ \t])/m;

export interface BodyOptions {
  /** False: shows marks of quotes, lists and blocks of code as text. */
  hasBlocks?: boolean;
  /** False: shows all marks as text. */
  hasMarkup?: boolean;
  /** Of parts that are shown in a way of their own. */
  finders?: readonly PartFinder[];
}

/**
 * The shown form of a body: text, and elements for markup and addresses. With balanced bidi controls, and at most two
 * blank lines in a row outside of code. Takes linear time.
 */
export function bodyNodes(
  body: string,
  { hasBlocks = true, hasMarkup = true, finders = [addresses] }: BodyOptions = {},
): readonly Child[] {
  const text = balanceBidi(body);
  if (hasMarkup && mayHaveMarkup(text)) return markupNodes(text, { hasBlocks, finders });
  return plainNodes(withoutBlankLines(text), finders);
}

/** False for most bodies. */
export function mayHaveMarkup(body: string): boolean {
  return MARKUP.test(body);
}

function plainNodes(text: string, finders: readonly PartFinder[]): readonly Child[] {
  const nodes: Child[] = [];
  let end = 0;
  for (const part of findParts(text, finders)) {
    if (part.index > end) nodes.push(text.slice(end, part.index));
    nodes.push(...part.nodes);
    end = part.index + part.text.length;
  }
  if (end < text.length) nodes.push(text.slice(end));
  return nodes;
}
