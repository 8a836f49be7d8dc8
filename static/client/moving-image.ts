/** Plays an image that moves, in the place of its still thumbnail; a further click stops it. @returns whether the click was on one */
export function playImage(event: Event): boolean {
  const link =
    event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-plays]') : null;
  const image = link?.querySelector('img');
  if (!link || !image) return false;
  event.preventDefault();
  const shown = image.src;
  image.src = link.dataset.still ?? link.href;
  if (link.dataset.still === undefined) link.dataset.still = shown;
  else delete link.dataset.still;
  return true;
}
