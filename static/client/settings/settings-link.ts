import { byId } from '../elements.js';
import { loadStyle } from '../load-style.js';
import type { SettingsReader } from './settings-dialog.js';

/**
 * Opens the settings in a dialog, which is loaded with its styles when it is needed, for links to them. Without a script, or
 * if loading fails, the links lead to a page.
 */
export function listenToSettingsLinks(reader: SettingsReader): void {
  document.addEventListener('click', async (event) => {
    const { target } = event;
    const link = target instanceof Element && target.closest<HTMLAnchorElement>('a.settings-link');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const [{ openSettings }] = await Promise.all([
        import('./settings-dialog.js'),
        loadStyle(byId('settings-link').dataset.style),
      ]);
      for (const panel of document.querySelectorAll<HTMLElement>(':popover-open')) panel.hidePopover();
      await openSettings(reader, link.id === '');
    } catch {
      location.assign(link.href);
    }
  });
}
