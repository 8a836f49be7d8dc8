/** Plays an image that moves, in the place of its still thumbnail; a further call stops it. */
export function playImage(link: HTMLAnchorElement): void {
  const image = link.querySelector('img');
  if (!image) return;
  const shown = image.src;
  image.src = link.dataset.still ?? link.href;
  if (link.dataset.still === undefined) link.dataset.still = shown;
  else delete link.dataset.still;
}
