import { marked } from './marks.js';

/** Replaces a range of a field as if it were typed: the change can be undone, and dispatches `input`. */
export function replaceRange(field: HTMLTextAreaElement, start: number, end: number, text: string): void {
  field.focus();
  field.setSelectionRange(start, end);
  // The only way to keep the history of changes; `setRangeText` clears it.
  if (document.execCommand(text === '' ? 'delete' : 'insertText', false, text)) return;
  field.setRangeText(text, start, end, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** The marks of Markdown by the key that sets them with Ctrl or ⌘. */
const MARKS: Readonly<Record<string, string>> = { b: '**', i: '*', e: '`' };

/**
 * Ctrl+B, Ctrl+I and Ctrl+E set the marks of bold text, italics and code around the selection, and remove them again.
 * @returns whether the key was one of them
 */
export function markSelection(field: HTMLTextAreaElement, event: KeyboardEvent): boolean {
  const mark = MARKS[event.key.toLowerCase()];
  if (mark === undefined || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return false;
  const { value, selectionStart: start, selectionEnd: end } = field;
  const { from, to, text, selected } = marked(value, start, end, mark);
  replaceRange(field, from, to, text);
  field.setSelectionRange(from + selected[0], from + selected[1]);
  return true;
}
