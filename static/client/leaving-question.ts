/**
 * Makes the browser ask before the tab is closed while `isNeeded`. Links and forms of the page lead to other pages of the
 * chat, which send what is unsent: they ask nothing.
 */
export function askBeforeLeaving(isNeeded: () => boolean): void {
  let isFollowingLink = false;
  const followsLink = () => {
    isFollowingLink = true;
    // The navigation begins in the same task, unless it was prevented.
    setTimeout(() => {
      isFollowingLink = false;
    });
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
