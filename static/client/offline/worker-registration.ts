import type { ChatClient } from 'changeroom-client';
import type { PageState } from '../../../server/http/pages/page-state.js';

const WORKER_PATH = '/service-worker.js';

/** Trusted Types, as far as the page uses them; TypeScript does not declare them. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: () => string },
  ): { createScriptURL(url: string): string };
}

/**
 * Registers the service worker when the page is live, so that it does not compete with the page for the network, and keeps
 * the rooms that the user opens for the offline page. Shows notifications if the user has allowed it. Playground pages are left out: their users share a browser.
 */
export function startOffline(client: ChatClient, page: PageState): void {
  const { user, as, room } = page;
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  const { id_user } = user;
  if (!serviceWorker || id_user === null || as !== null) return;
  let isStarted = false;
  const stop = client.subscribe((event) => {
    if (isStarted || event.type !== 'frame' || event.frame.type !== 'roomSnapshot') return;
    isStarted = true;
    stop();
    void register(serviceWorker);
    if (globalThis.Notification?.permission === 'granted')
      void import('../notifications/start.js').then(
        ({ startNotifications }) => startNotifications(client, page),
        ignore,
      );
    void import('./save-rooms.js').then(
      ({ RoomSaver }) => new RoomSaver(client, id_user).start(room),
      ignore,
    );
  });
}

async function register(serviceWorker: ServiceWorkerContainer): Promise<void> {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  // The policy allows this one address.
  const policy = trustedTypes?.createPolicy('service-worker', { createScriptURL: () => WORKER_PATH });
  const url = policy ? policy.createScriptURL(WORKER_PATH) : WORKER_PATH;
  await serviceWorker.register(url, { updateViaCache: 'none' }).catch(ignore);
}

/** Without a worker, or where storing is forbidden, there is no offline page. */
function ignore(): void {}
