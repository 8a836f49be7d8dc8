import { LIMITS } from '../../server/protocol/message.js';
import { normalise } from '../../server/protocol/text/normalise.js';

/** Makes a textarea as high as its text, up to what the style sheet allows. */
export function fitHeight(field: HTMLTextAreaElement): void {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}

/** A key for the input method that composes a character. Safari tells of the last one only by its code. */
export function isComposing({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === 229;
}

/** Enter that means "done": not with Shift, and not while an input method composes a character. */
export function isSubmit(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.shiftKey && !isComposing(event);
}

/** Characters that may still be written, as the server counts them; negative when the text is too long. */
export function remaining(text: string): number {
  return LIMITS.body - [...normalise(text.trim())].length;
}
