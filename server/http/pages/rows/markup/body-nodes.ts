import type Token from 'markdown-it/lib/token.mjs';
import { balanceBidi } from '../../../../protocol/text/bidi.js';
import { type Child, element } from '../element.js';
import { addresses } from './addresses.js';
import { parseBlocks } from './block-parser.js';
import { codeBlock } from './code-block.js';
import { inlineNodes } from './inline-nodes.js';
import { findParts, type PartFinder } from './text-part.js';

/** A body without these has no markup. Spares ordinary messages the parser. */
const MARKUP = /[\\`*_~[]|^[ \t]{0,3}(?:>|-[ \t]|\d{1,9}\.[ \t])/m;

/** More than two blank lines, which may contain spaces. */
const BLANK_LINES = /\n(?:[^\S\n]*\n){3,}/gu;
const MAX_BLANK_LINES = 2;

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
  if (!hasMarkup || !MARKUP.test(text)) return plainNodes(text.replaceAll(BLANK_LINES, '\n\n\n'), finders);
  if (!hasBlocks) return inlineNodes(text.replaceAll(BLANK_LINES, '\n\n\n'), finders);
  return new BlockReader(parseBlocks(text), finders).children('');
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

/** Makes a tree of the tokens of blocks. */
class BlockReader {
  readonly #tokens: readonly Token[];
  readonly #finders: readonly PartFinder[];
  #next = 0;

  constructor(tokens: readonly Token[], finders: readonly PartFinder[]) {
    this.#tokens = tokens;
    this.#finders = finders;
  }

  /** The nodes up to the token of this type. */
  children(closing: string): Child[] {
    const nodes: Child[] = [];
    /** The line after the last text; null after another block. */
    let end: number | null = null;
    for (let token = this.#take(); token && token.type !== closing; token = this.#take()) {
      const { type, content, map } = token;
      if (type !== 'text') {
        nodes.push(this.#block(token));
        end = null;
        continue;
      }
      const [from, to] = map ?? [0, 0];
      if (end !== null) nodes.push('\n'.repeat(Math.min(from - end, MAX_BLANK_LINES) + 1));
      nodes.push(...inlineNodes(content.replaceAll(BLANK_LINES, '\n\n\n'), this.#finders));
      end = to;
    }
    return nodes;
  }

  #take(): Token | undefined {
    this.#next += 1;
    return this.#tokens[this.#next - 1];
  }

  #block({ type, content, info }: Token): Child {
    if (type === 'fence') return codeBlock(content, info);
    if (type === 'blockquote_open') return element('blockquote', {}, ...this.children('blockquote_close'));
    const isOrdered = type === 'ordered_list_open';
    return isOrdered
      ? element('ol', {}, ...this.#items('ordered_list_close', true))
      : element('ul', {}, ...this.#items('bullet_list_close', false));
  }

  /** The mark of an item is text, so that it is copied. Numbers that do not increase are counted, as in CommonMark. */
  #items(closing: string, isOrdered: boolean): Child[] {
    const items: Child[] = [];
    let last = -1;
    for (let token = this.#take(); token && token.type !== closing; token = this.#take()) {
      last = Math.max(last + 1, Number(token.info));
      const mark = element('span', { class: 'list-mark' }, isOrdered ? `${last}. ` : '• ');
      items.push(element('li', {}, mark, element('div', {}, ...this.children('list_item_close'))));
    }
    return items;
  }
}
