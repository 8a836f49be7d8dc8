import type { ChatClient } from 'changeroom-client';
import type { PageState } from '../../../server/http/pages/page-state.js';
import { deviceState } from './device-switch.js';
import { Notifier } from './notifier.js';
import { listenToWorker } from './open-address.js';
import { endPush } from './push-subscription.js';

let notifier: Notifier | null = null;

/** Shows notifications from now on, as far as the user has turned them on in this browser. */
export function startNotifications(client: ChatClient, page: PageState): void {
  const { id_user } = page.user;
  if (notifier || id_user === null) return;
  // The browser was subscribed for another user, such as a guest before the user signed in.
  if (deviceState(id_user) !== 'on') void endPush();
  notifier = new Notifier(client, client.user?.id_user ?? id_user, page);
  listenToWorker();
}
