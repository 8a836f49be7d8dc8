import { byId } from './elements.js';

/** Sets the text of an element if it is different: screen readers announce each change of a live region. */
export function setText(id: string, text: string): void {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}
