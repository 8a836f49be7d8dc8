import type { ChatClient } from 'changeroom-client';
import type { PageState } from '../../../server/http/pages/page-state.js';
import { startNotifications } from '../notifications/start.js';
import { RoomSaver } from './save-rooms.js';

const WORKER_PATH = '/service-worker.js';

/** Trusted Types, as far as the page uses them; TypeScript does not declare them. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: () => string },
  ): { createScriptURL(url: string): string };
}

/**
 * Registers the service worker, keeps the rooms that the user opens for the offline page, and shows notifications if the user
 * has allowed them.
 */
export function startWorker(client: ChatClient, page: PageState, id_user: string): void {
  void register(navigator.serviceWorker);
  new RoomSaver(client, id_user).start(page.room);
  if (globalThis.Notification?.permission === 'granted') startNotifications(client, page);
}

async function register(serviceWorker: ServiceWorkerContainer): Promise<void> {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  // The policy allows this one address.
  const policy = trustedTypes?.createPolicy('service-worker', { createScriptURL: () => WORKER_PATH });
  const url = policy ? policy.createScriptURL(WORKER_PATH) : WORKER_PATH;
  await serviceWorker.register(url, { updateViaCache: 'none' }).catch(() => {});
}
