import type { BlockRule } from 'markdown-it/lib/rules_block/state_block.mjs';

/** The line that opens a block of code, with a language or the first line of the code. */
const OPENING = /^(`{3,})([^`]*)$/;
const LANGUAGE = /^[\w.+#-]{1,20}$/;
/** Backticks at the end of a line, after code or not. */
const CLOSING = /(?<!`)(`{3,})[ \t]*$/;

/**
 * A block of code between lines of three or more backticks. Other than in CommonMark, code may also stand beside them, since
 * people write it so in chats. Without an end the block extends to the end of the text.
 */
export const fence: BlockRule = (state, startLine, endLine, isSilent) => {
  const indent = state.sCount[startLine]!;
  if (indent - state.blkIndent >= 4) return false;
  const start = state.bMarks[startLine]! + state.tShift[startLine]!;
  // Spares most lines the regular expression.
  if (state.src[start] !== '`') return false;
  const [, marks = '', rest = ''] = OPENING.exec(state.src.slice(start, state.eMarks[startLine])) ?? [];
  const belongs = (line: number) =>
    line < endLine && (state.isEmpty(line) || state.sCount[line]! >= state.blkIndent);
  if (marks === '' || !belongs(startLine + 1)) return false;
  if (isSilent) return true;

  let next = startLine + 1;
  let last = '';
  let isClosed = false;
  for (; !isClosed && belongs(next); next += 1) {
    const line = state.getLines(next, next + 1, indent, false);
    const closing = CLOSING.exec(line);
    isClosed = closing !== null && (closing[1] ?? '').length >= marks.length;
    if (isClosed && closing) last = line.slice(0, closing.index);
  }
  const isLanguage = LANGUAGE.test(rest.trim());
  const lines = state.getLines(startLine + 1, isClosed ? next - 1 : next, indent, true);
  const code = `${isLanguage || rest.trim() === '' ? '' : `${rest}\n`}${lines}${last}`.replace(/\n+$/, '');
  if (code.trim() === '') return false;
  state.line = next;
  const token = state.push('fence', 'code', 0);
  token.info = isLanguage ? rest.trim() : '';
  token.content = code;
  token.map = [startLine, next];
  return true;
};
