import backticks from 'markdown-it/lib/rules_inline/backticks.mjs';
import balancePairs from 'markdown-it/lib/rules_inline/balance_pairs.mjs';
import emphasis from 'markdown-it/lib/rules_inline/emphasis.mjs';
import joinFragments from 'markdown-it/lib/rules_inline/fragments_join.mjs';
import StateInline, { type InlineRule } from 'markdown-it/lib/rules_inline/state_inline.mjs';
import strikethrough from 'markdown-it/lib/rules_inline/strikethrough.mjs';
import type Token from 'markdown-it/lib/token.mjs';
import { link } from './link-rule.js';
import type { TextPart } from './text-part.js';

/** Characters at which a rule may apply. */
const MARK = /[\\`*_~[]/g;
/** A backslash before another character is a backslash, as in `C:\temp`; before `>` and `-` it is one within a line. */
const ESCAPED = /[\\`*_~[\]]/;
const ESCAPED_AT_LINE_START = /[>#-]/;

/** Without its backslash, the arm of ¯\_(ツ)_/¯ would be missing. */
const SHRUG = '\\_(ツ)_/¯';

/** Finds what no rule applies to: text up to the next mark, and parts such as addresses. */
class PlainText {
  readonly #parts: readonly TextPart[];
  #next = 0;
  #mark = -1;

  /** @param parts by position, without overlaps */
  constructor(parts: readonly TextPart[]) {
    this.#parts = parts;
  }

  consume(state: StateInline): boolean {
    const { pos, posMax, src } = state;
    // Code has consumed the parts before.
    while ((this.#parts[this.#next]?.index ?? posMax) < pos) this.#next += 1;
    const part = this.#parts[this.#next];
    if (part && part.index === pos && part.index + part.text.length <= posMax && state.linkLevel === 0) {
      state.push('part', '', 0).meta = part;
      state.pos += part.text.length;
      return true;
    }
    if (this.#mark < pos) {
      MARK.lastIndex = pos;
      this.#mark = MARK.exec(src)?.index ?? src.length;
    }
    const isPartNext = part !== undefined && part.index > pos;
    const end = Math.min(this.#mark, isPartNext ? part.index : posMax, posMax);
    state.pending += src.slice(pos, end);
    state.pos = end;
    return end > pos;
  }
}

const backslash: InlineRule = (state) => {
  const { src, pos } = state;
  if (src.startsWith(SHRUG, pos) && pos + SHRUG.length <= state.posMax) {
    state.pending += SHRUG;
    state.pos += SHRUG.length;
    return true;
  }
  if (src[pos] !== '\\' || pos + 1 >= state.posMax) return false;
  const next = src.charAt(pos + 1);
  const isEscape = next === '\\' ? ESCAPED.test(src.charAt(pos + 2)) : ESCAPED.test(next);
  const isAtLineStart = pos === 0 || src[pos - 1] === '\n';
  if (!isEscape && !(isAtLineStart && ESCAPED_AT_LINE_START.test(next))) return false;
  state.pending += next;
  state.pos += 2;
  return true;
};

/** Code keeps its line breaks. */
const code: InlineRule = (state, isSilent) => {
  const start = state.pos;
  if (!backticks(state, isSilent)) return false;
  const token = state.tokens.at(-1);
  if (token?.type !== 'code_inline' || state.pending !== '') return true;
  const source = state.src.slice(start, state.pos);
  const [marks = ''] = /^`+/.exec(source) ?? [];
  token.content = source.slice(marks.length, -marks.length).replace(/^ ([\s\S]+) $/, '$1');
  return true;
};

/** Single asterisks within words (`5*3*2`) and doubled low lines (`__init__`) are text. */
const stress: InlineRule = (state, isSilent) => {
  const mark = state.src.charAt(state.pos);
  if (mark !== '*' && mark !== '_') return false;
  const { can_open, can_close, length } = state.scanDelims(state.pos, mark === '*' && isDoubled(state));
  const isText = mark === '_' ? length > 1 : !can_open && !can_close;
  if (!isText) return emphasis.tokenize(state, isSilent);
  state.pending += mark.repeat(length);
  state.pos += length;
  return true;
};

const isDoubled = ({ src, pos }: StateInline) => src[pos + 1] === src[pos];

/**
 * The tokens of a text without blocks: `text`, `code_inline`, `part` with a TextPart as `meta`, and the begins and ends of `strong`,
 * `em`, `s` and `link`. The rules for stress and code are those of markdown-it (CommonMark).
 * @param parts of the text, by position, without overlaps; no markup is recognised in them
 */
export function parseInline(text: string, parts: readonly TextPart[]): Token[] {
  const plain = new PlainText(parts);
  const rules: readonly InlineRule[] = [
    (state) => plain.consume(state),
    backslash,
    code,
    strikethrough.tokenize,
    stress,
    (state) => link(state, tokenize),
  ];
  const state = new StateInline(text, {}, {}, []);
  tokenize();
  balancePairs(state);
  strikethrough.postProcess(state);
  emphasis.postProcess(state);
  joinFragments(state);
  return state.tokens;

  function tokenize(): void {
    while (state.pos < state.posMax) {
      if (rules.some((rule) => rule(state, false))) continue;
      state.pending += state.src.charAt(state.pos);
      state.pos += 1;
    }
    if (state.pending) state.pushPending();
  }
}
