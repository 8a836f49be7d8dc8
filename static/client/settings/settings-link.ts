import { byId } from '../elements.js';
import { loadStyle } from '../load-style.js';

/**
 * Opens the settings in a dialog, which is loaded with its styles when it is needed. Without a script, or if loading fails,
 * the link leads to a page.
 * @param token of a playground page
 */
export function listenToSettingsLink(token: string | null): void {
  const link = byId<HTMLAnchorElement>('settings-link');
  link.addEventListener('click', async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const [{ openSettings }] = await Promise.all([
        import('./settings-dialog.js'),
        loadStyle(link.dataset.style),
      ]);
      const side = byId('side');
      if (side.matches(':popover-open')) side.hidePopover();
      await openSettings(token);
    } catch {
      location.assign(link.href);
    }
  });
}
