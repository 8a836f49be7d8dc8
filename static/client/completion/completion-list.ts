import type { Completion, CompletionSource } from './completion.js';

/** A name that is being typed. */
interface Typed {
  source: CompletionSource;
  query: string;
  /** Where its trigger is in the text. */
  start: number;
  end: number;
}

/** The list of completions for a text field. */
export class CompletionList {
  readonly #sources: readonly CompletionSource[];
  #matches: readonly Completion[] = [];
  #typed: Typed | null = null;
  #active = 0;
  /** The trigger of the name for which the reader has closed the list. */
  #dismissed: { start: number; trigger: string } | null = null;

  /** @param sources of which the first one that recognises a name completes it */
  constructor(sources: readonly CompletionSource[]) {
    this.#sources = sources;
  }

  /** Empty if no list is shown. */
  get matches(): readonly Completion[] {
    return this.#matches;
  }

  get isOpen(): boolean {
    return this.#matches.length > 0;
  }

  /** The source of the name that is being typed, whether the name exists or not. */
  get source(): CompletionSource | null {
    return this.#typed?.source ?? null;
  }

  /** The name that is being typed, without its trigger. */
  get query(): string {
    return this.#typed?.query ?? '';
  }

  /** The selected match. */
  get active(): Completion | null {
    return this.#matches[this.#active] ?? null;
  }

  /** The text contains the whole name of the selected match. */
  get isComplete(): boolean {
    return (
      this.#typed !== null &&
      this.active !== null &&
      this.#typed.source.isComplete(this.#typed.query, this.active)
    );
  }

  /** The range of the text that a completion replaces. */
  get range(): { start: number; end: number } {
    const { start = 0, end = 0 } = this.#typed ?? {};
    return { start, end };
  }

  /** The reader has changed the text. A list that was closed remains so for the name that was being typed. */
  typed(text: string, caret: number): void {
    this.#typed = this.#find(text.slice(0, caret), text.slice(caret));
    const { start, trigger } = this.#dismissed ?? { start: 0, trigger: '' };
    if (text[start] !== trigger || text.slice(start, caret) === trigger) this.#dismissed = null;
    this.#match();
  }

  /** The text was inserted or is not typed any more. */
  left(): void {
    this.#typed = null;
    this.#match();
  }

  /** The completions of a source have changed. An open list only grows at its end until the next key. */
  changed(): void {
    if (!this.isOpen || !this.#typed) {
      this.#match();
      return;
    }
    const matches = this.#typed.source.matches(this.#typed.query);
    if (this.#matches.every(({ key }, i) => matches[i]?.key === key)) this.#matches = matches;
  }

  /** Selects the next or previous match, around the ends. */
  move(step: 1 | -1): void {
    const count = this.#matches.length;
    this.#active = (this.#active + step + count) % count;
  }

  dismiss(text: string): void {
    const { start } = this.range;
    this.#dismissed = { start, trigger: text.charAt(start) };
    this.#matches = [];
  }

  #find(before: string, after: string): Typed | null {
    for (const source of this.#sources) {
      const query = source.query(before, after);
      if (query !== null)
        return { source, query, start: before.length - query.length - 1, end: before.length };
    }
    return null;
  }

  #match(): void {
    const isDismissed = this.#dismissed !== null && this.#dismissed.start === this.#typed?.start;
    this.#matches = this.#typed && !isDismissed ? this.#typed.source.matches(this.#typed.query) : [];
    this.#active = 0;
  }
}
