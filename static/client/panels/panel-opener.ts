import type { PanelDependencies } from './message-panel.js';

/**
 * Opens the panels that links of the page name (`data-panel`): they are loaded when they are needed. Without a script, or if loading
 * fails, the link leads to a page.
 */
export function listenToPanelLinks(dependencies: PanelDependencies): void {
  addEventListener('click', (event) => {
    const { target, ctrlKey, metaKey, shiftKey } = event;
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[data-panel]') : null;
    if (!link || ctrlKey || metaKey || shiftKey) return;
    event.preventDefault();
    import('./message-panels.js')
      .then(({ openPanel }) => openPanel(link, dependencies))
      .catch(() => location.assign(link.href));
  });
}
