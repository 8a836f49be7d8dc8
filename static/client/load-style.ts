import { h } from './elements.js';

/** Links a style sheet that the page does not have yet. Resolves when it applies. */
export function loadStyle(href: string | undefined): Promise<void> {
  if (href === undefined || document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const style = h('link', { rel: 'stylesheet', href });
    style.addEventListener('load', () => resolve());
    style.addEventListener('error', reject);
    document.head.append(style);
  });
}
