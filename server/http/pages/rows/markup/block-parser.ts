import blockquote from 'markdown-it/lib/rules_block/blockquote.mjs';
import list from 'markdown-it/lib/rules_block/list.mjs';
import StateBlock, { type BlockHost, type BlockRule } from 'markdown-it/lib/rules_block/state_block.mjs';
import type Token from 'markdown-it/lib/token.mjs';
import { fence } from './fence.js';

/** Lists and quotes in each other: beyond, their marks are text. Bounds the time, which is proportional to the depth. */
const MAX_DEPTH = 8;

/** One or more marks of a quote, a space and a text: `>:(` and `>.<` remain as they are. */
const QUOTE = /^(?:> ?)*> +\S/;
/** `1) text`, `+ text` and `- - -` remain as they are. */
const LIST_ITEM = /^(?:[-*]|\d{1,9}\.)[ \t]+(?!(?:[-*] ?)+$)\S/;

/** The text of a line within the blocks around it. */
function lineText(state: StateBlock, line: number): string {
  return state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);
}

/** The line does not begin with the mark of a list item around it. */
function isFirstMark(state: StateBlock, line: number): boolean {
  const start = state.bMarks[line]!;
  return state.src.slice(start, start + state.tShift[line]!).trim() === '';
}

const quoteRule: BlockRule = (state, line, endLine, isSilent) =>
  QUOTE.test(lineText(state, line)) && blockquote(state, line, endLine, isSilent);

const listRule: BlockRule = (state, line, endLine, isSilent) =>
  LIST_ITEM.test(lineText(state, line)) && isFirstMark(state, line) && list(state, line, endLine, isSilent);

/** Rules whose blocks also begin directly after a line of text. */
const INTERRUPTING = [fence, quoteRule, listRule];

/** Ends at a blank line, at another block, and where the indentation of the containing block ends. */
const paragraph: BlockRule = (state, line, endLine) => {
  const { parentType } = state;
  state.parentType = 'paragraph';
  let next = line + 1;
  const isOver = () =>
    state.isEmpty(next) ||
    state.sCount[next]! < state.blkIndent ||
    (state.level < MAX_DEPTH && INTERRUPTING.some((rule) => rule(state, next, endLine, true)));
  while (next < endLine && !isOver()) next += 1;
  state.parentType = parentType;
  state.line = next;
  const token = state.push('text', '', 0);
  token.content = state.getLines(line, next, state.blkIndent, false).replace(/[ \t]+$/, '');
  token.map = [line, next];
  return true;
};

const HOST: BlockHost = {
  options: { maxNesting: MAX_DEPTH },
  block: {
    // The blocks that end a list, and the lines that end a quote: those without its mark.
    ruler: { getRules: (chain) => (chain === 'list' ? [fence, quoteRule] : [() => true]) },
    tokenize,
  },
};

function tokenize(state: StateBlock, startLine: number, endLine: number): void {
  let hasEmptyLines = false;
  for (let line = startLine; line < endLine; ) {
    line = state.skipEmptyLines(line);
    state.line = line;
    if (line >= endLine || state.sCount[line]! < state.blkIndent) return;
    const rules = state.level < MAX_DEPTH ? [...INTERRUPTING, paragraph] : [paragraph];
    rules.some((rule) => rule(state, line, endLine, false));
    // As in markdown-it: a list notices blank lines between its items.
    state.tight = !hasEmptyLines;
    if (state.isEmpty(state.line - 1)) hasEmptyLines = true;
    line = state.line;
    if (line < endLine && state.isEmpty(line)) {
      hasEmptyLines = true;
      line += 1;
      state.line = line;
    }
  }
}

/**
 * The blocks of a body as a flat list of markdown-it's tokens: `text`, `fence`, and the begins and ends of quotes, lists and
 * their items. The rules for quotes and lists are those of markdown-it (CommonMark), limited to what people write as
 * such in a chat; a line without a mark ends a quote or a list.
 */
export function parseBlocks(body: string): Token[] {
  const state = new StateBlock(body, HOST, {}, []);
  tokenize(state, 0, state.lineMax);
  return state.tokens;
}
