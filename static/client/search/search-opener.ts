import { loadStyle } from '../load-style.js';
import type { SearchPanelDependencies } from './search-panel.js';

/**
 * Opens the search beside the room, which is loaded with its styles when it is needed. Without a script, or if loading fails,
 * the link leads to a page.
 */
export function listenToSearchLink(dependencies: SearchPanelDependencies): void {
  // Absent where the server has no search.
  const link = document.querySelector<HTMLAnchorElement>('#room-search');
  link?.addEventListener('click', async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const [{ openSearch }] = await Promise.all([
        import('./search-panel.js'),
        loadStyle(link.dataset.style),
      ]);
      openSearch(dependencies);
    } catch {
      location.assign(link.href);
    }
  });
}
