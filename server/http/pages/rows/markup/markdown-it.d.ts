/** The modules of markdown-it that the renderer of bodies uses, as far as it uses them. */

declare module 'markdown-it/lib/token.mjs' {
  export default class Token {
    constructor(type: string, tag: string, nesting: -1 | 0 | 1);
    type: string;
    tag: string;
    nesting: -1 | 0 | 1;
    content: string;
    info: string;
    /** First line and the line after the last one. */
    map: [number, number] | null;
    /** For users of the library. */
    meta: unknown;
  }
}

declare module 'markdown-it/lib/rules_block/state_block.mjs' {
  import type Token from 'markdown-it/lib/token.mjs';

  export interface BlockHost {
    options: { maxNesting: number };
    block: {
      ruler: { getRules(chain: string): BlockRule[] };
      tokenize(state: StateBlock, startLine: number, endLine: number): void;
    };
  }
  /** @returns whether a block begins in `startLine`. Unless `silent`, its tokens are pushed. */
  export type BlockRule = (state: StateBlock, startLine: number, endLine: number, silent: boolean) => boolean;

  export default class StateBlock {
    constructor(src: string, host: BlockHost, env: object, tokens: Token[]);
    src: string;
    tokens: Token[];
    /** Offsets of the first and after the last character of each line. */
    bMarks: number[];
    eMarks: number[];
    /** Characters and columns of indentation of each line. */
    tShift: number[];
    sCount: number[];
    /** Columns of the containing block. */
    blkIndent: number;
    line: number;
    lineMax: number;
    tight: boolean;
    parentType: string;
    level: number;
    push(type: string, tag: string, nesting: -1 | 0 | 1): Token;
    isEmpty(line: number): boolean;
    skipEmptyLines(from: number): number;
    getLines(begin: number, end: number, indent: number, keepLastLF: boolean): string;
  }
}

declare module 'markdown-it/lib/rules_block/list.mjs' {
  import type { BlockRule } from 'markdown-it/lib/rules_block/state_block.mjs';

  const list: BlockRule;
  export default list;
}

declare module 'markdown-it/lib/rules_block/blockquote.mjs' {
  import type { BlockRule } from 'markdown-it/lib/rules_block/state_block.mjs';

  const blockquote: BlockRule;
  export default blockquote;
}

declare module 'markdown-it/lib/rules_inline/state_inline.mjs' {
  import type Token from 'markdown-it/lib/token.mjs';

  /** @returns whether the rule has consumed text from `pos` on */
  export type InlineRule = (state: StateInline, silent: boolean) => boolean;

  export default class StateInline {
    constructor(src: string, host: object, env: object, tokens: Token[]);
    src: string;
    tokens: Token[];
    pos: number;
    posMax: number;
    /** Text that no token contains yet. */
    pending: string;
    delimiters: object[];
    linkLevel: number;
    pushPending(): Token;
    push(type: string, tag: string, nesting: -1 | 0 | 1): Token;
    scanDelims(
      start: number,
      canSplitWord: boolean,
    ): { can_open: boolean; can_close: boolean; length: number };
  }
}

declare module 'markdown-it/lib/rules_inline/backticks.mjs' {
  import type { InlineRule } from 'markdown-it/lib/rules_inline/state_inline.mjs';

  const backticks: InlineRule;
  export default backticks;
}

declare module 'markdown-it/lib/rules_inline/emphasis.mjs' {
  import type StateInline from 'markdown-it/lib/rules_inline/state_inline.mjs';
  import type { InlineRule } from 'markdown-it/lib/rules_inline/state_inline.mjs';

  const emphasis: { tokenize: InlineRule; postProcess(state: StateInline): void };
  export default emphasis;
}

declare module 'markdown-it/lib/rules_inline/strikethrough.mjs' {
  import type StateInline from 'markdown-it/lib/rules_inline/state_inline.mjs';
  import type { InlineRule } from 'markdown-it/lib/rules_inline/state_inline.mjs';

  const strikethrough: { tokenize: InlineRule; postProcess(state: StateInline): void };
  export default strikethrough;
}

declare module 'markdown-it/lib/rules_inline/balance_pairs.mjs' {
  import type StateInline from 'markdown-it/lib/rules_inline/state_inline.mjs';
  export default function balancePairs(state: StateInline): void;
}

declare module 'markdown-it/lib/rules_inline/fragments_join.mjs' {
  import type StateInline from 'markdown-it/lib/rules_inline/state_inline.mjs';
  export default function joinFragments(state: StateInline): void;
}
