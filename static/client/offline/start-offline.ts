import type { ChatClient } from 'changeroom-client';
import type { PageState } from '../../../server/http/pages/page-state.js';

/**
 * Loads what works while the page is offline or hidden when the page is live, so that it does not compete with the page for the
 * network. Without a worker, or where storing is forbidden, there is no offline page. Playground pages are left out: their users
 * share a browser.
 */
export function startOffline(client: ChatClient, page: PageState): void {
  const { id_user } = page.user;
  if (!('serviceWorker' in navigator) || id_user === null || page.as !== null) return;
  const stop = client.subscribe((event) => {
    if (event.type !== 'frame' || event.frame.type !== 'roomSnapshot') return;
    stop();
    void import('./worker-registration.js').then(
      ({ startWorker }) => startWorker(client, page, id_user),
      () => {},
    );
  });
}
