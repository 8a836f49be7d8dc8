import { LIMITS } from '../../server/protocol/message.js';
import { normalise } from '../../server/protocol/text/normalise.js';

/** Makes a textarea as high as its text, up to the maximum of the style sheet. */
export function fitHeight(field: HTMLTextAreaElement): void {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}

/** A key that the input method uses to compose a character. Safari marks the last one only by its code. */
export function isComposing({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === 229;
}

/** Enter without Shift, and not for the input method. */
export function isSubmit(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.shiftKey && !isComposing(event);
}

/** Remaining characters, as the server counts them; negative if the text is too long. */
export function remaining(text: string): number {
  return LIMITS.body - [...normalise(text.trim())].length;
}
