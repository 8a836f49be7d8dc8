import { replaceRange } from '../text-editing.js';
import { loadEmoji, loadedEmoji } from './load-emoji.js';

/** A text without one needs no emoji to be loaded. */
const MAYBE_SHORTCODE = /:[\w+-]+:/;

/** Replaces shortcodes that are typed into a field, such as `:smile:`, by their characters. The change can be undone. */
export function replaceShortcodes(field: HTMLTextAreaElement): void {
  field.addEventListener('input', (event) => {
    if (!MAYBE_SHORTCODE.test(field.value)) return;
    const kit = loadedEmoji();
    // Without the characters the shortcode remains a text.
    if (!kit) loadEmoji().catch(() => {});
    const isTyped = event instanceof InputEvent && event.inputType === 'insertText' && event.data === ':';
    const { selectionEnd: caret } = field;
    const found = isTyped ? kit?.shortcodeAtEnd(field.value.slice(0, caret)) : null;
    if (found) replaceRange(field, found.start, caret, found.character);
  });
}

/** A text as it is sent: with the characters of its shortcodes, as far as they are loaded. */
export const sentText = (text: string): string => loadedEmoji()?.withEmoji(text) ?? text;
