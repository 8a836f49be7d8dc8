import { element } from '../../../server/http/pages/rows/element.js';
import { t } from '../../../server/http/pages/texts/text.js';
import type { EmojiTable } from '../emoji/emoji-table.js';
import type { Completion, CompletionSource } from './completion.js';

/** The beginning of a shortcode. Not after a letter or digit, as in `10:30`, and not after another colon. */
const PARTIAL_SHORTCODE = /(?<![\p{L}\p{N}:/]):([a-z+-][\w+-]{1,39})$/iu;
/** Shown matches. */
const MAX_MATCHES = 12;

export interface EmojiCompletionsDependencies {
  /** Null until it has been loaded. */
  loaded: () => { table: EmojiTable } | null;
  load: () => Promise<unknown>;
}

/** Completes shortcodes of emoji, such as `:smile:`, and inserts the character. */
export class EmojiCompletions implements CompletionSource {
  readonly #dependencies: EmojiCompletionsDependencies;

  constructor(dependencies: EmojiCompletionsDependencies) {
    this.#dependencies = dependencies;
  }

  get label(): string {
    return t('emoji.title');
  }

  count(matches: number): string {
    return t('emoji.found', { count: matches });
  }

  query(before: string): string | null {
    return PARTIAL_SHORTCODE.exec(before)?.[1] ?? null;
  }

  matches(query: string): readonly Completion[] {
    const found = this.#dependencies.loaded()?.table.search(query, MAX_MATCHES) ?? [];
    return found.map(({ character, codes, name }) => ({
      key: codes[0] ?? character,
      text: `${character} `,
      title: name,
      version: [],
      draw: () => [
        element('span', { class: 'completion-emoji', 'aria-hidden': 'true' }, character),
        element('code', {}, `:${codes[0]}:`),
      ],
    }));
  }

  isComplete(): boolean {
    return false;
  }

  refresh(changed: () => void): void {
    if (this.#dependencies.loaded()) return;
    // Without the table the shortcode remains a text.
    this.#dependencies.load().then(changed, () => {});
  }
}
