import type { Child } from '../../../server/http/pages/rows/element.js';

/** A text that completes what is being typed. */
export interface Completion {
  /** Distinguishes it from others of its source. */
  key: string;
  /** Replaces what was typed, from the trigger on. */
  text: string;
  /** Shown by a pointer that rests on it. */
  title?: string;
  /** Compared member by member: the option is drawn again when a member differs. */
  version: readonly unknown[];
  draw(): Child[];
  /** Called when the reader has chosen it, before its text is inserted. */
  chosen?(): void;
}

/** Completes names that begin with a trigger, such as `/` or `:`. */
export interface CompletionSource {
  /** Name of the list, for screen readers. */
  readonly label: string;
  /** The number of matches in words. */
  count(matches: number): string;
  /**
   * The beginning of a name between the trigger, which is one character, and the caret; null if no name is being typed.
   * @param before the text before the caret, `after` the text after it
   */
  query(before: string, after: string): string | null;
  /** The first one is selected. Empty: no list is shown. */
  matches(query: string): readonly Completion[];
  /** The whole name is typed: Enter sends the message instead of completing the name. */
  isComplete(query: string, completion: Completion): boolean;
  /** Called while a name is being typed. @param changed to be called when `matches` returns more */
  refresh(changed: () => void, query: string): void;
}
