import type { Message } from 'changeroom-client';

/**
 * Shows an image of a message above the page, or plays it if it moves. The viewer is loaded first; if that fails, the file is
 * opened as without a script.
 * @returns whether the click was on one
 */
export function clickImage(event: Event, messages: readonly Message[], as: string | null): boolean {
  const { target } = event;
  const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a.image') : null;
  const isModified = event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey);
  if (!link || isModified) return false;
  event.preventDefault();
  import('./lightbox/lightbox.js')
    .then(({ openImage }) => openImage(link, messages, as))
    .catch(() => open(link.href, '_blank', 'noopener'));
  return true;
}
