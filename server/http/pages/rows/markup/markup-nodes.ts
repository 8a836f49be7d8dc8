import type Token from 'markdown-it/lib/token.mjs';
import { type Child, element } from '../element.js';
import { MAX_BLANK_LINES, withoutBlankLines } from './blank-lines.js';
import { parseBlocks } from './block-parser.js';
import { codeBlock } from './code-block.js';
import { inlineNodes } from './inline-nodes.js';
import type { PartFinder } from './text-part.js';

export interface MarkupOptions {
  /** False: shows marks of quotes, lists and blocks of code as text. */
  hasBlocks: boolean;
  finders: readonly PartFinder[];
}

/** The text and elements of a text that may have markup. The page loads this module when a message needs it. */
export function markupNodes(text: string, { hasBlocks, finders }: MarkupOptions): readonly Child[] {
  if (!hasBlocks) return inlineNodes(withoutBlankLines(text), finders);
  return new BlockReader(parseBlocks(text), finders).children('');
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
      nodes.push(...inlineNodes(withoutBlankLines(content), this.#finders));
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
