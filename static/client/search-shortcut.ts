import { byId } from './elements.js';

/** Ctrl+Shift+F, with ⌘ on a Mac, opens the search of the room. Ctrl+F alone is the browser's. */
export function listenForSearchKeys(): void {
  addEventListener('keydown', (event) => {
    const { ctrlKey, metaKey, shiftKey, altKey, code } = event;
    if (code !== 'KeyF' || !shiftKey || altKey || !(ctrlKey || metaKey)) return;
    const link = document.getElementById('room-search');
    if (!link) return;
    event.preventDefault();
    byId('room-search').click();
  });
}
