/** Milliseconds after a click within which its navigation begins. */
const NAVIGATION_DELAY_MS = 1_000;

/**
 * Makes the browser ask before the tab is closed while `isNeeded`. Links and forms of the page lead to other pages of the
 * chat, which send what is unsent: they ask nothing.
 */
export function askBeforeLeaving(isNeeded: () => boolean): void {
  let isFollowingLink = false;
  const followsLink = () => {
    isFollowingLink = true;
    setTimeout(() => {
      isFollowingLink = false;
    }, NAVIGATION_DELAY_MS);
  };
  addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest<HTMLAnchorElement>('a')?.origin === location.origin)
      followsLink();
  });
  addEventListener('submit', followsLink);
  addEventListener('beforeunload', (event) => {
    if (!isFollowingLink && isNeeded()) event.preventDefault();
  });
}
