/**
 * Opens the picker of emoji beside an element, and loads it first.
 * @param chosen called with the character, when the picker is closed
 */
export function openEmojiPicker(anchor: HTMLElement, chosen: (character: string) => void): void {
  anchor.setAttribute('aria-busy', 'true');
  import('./emoji-picker.js').then(
    ({ EmojiPicker }) => {
      anchor.removeAttribute('aria-busy');
      new EmojiPicker(anchor, chosen).open();
    },
    // Without a connection. The next click tries again.
    () => anchor.removeAttribute('aria-busy'),
  );
}
