import { ChatClient } from 'changeroom-client';
import type { PageState } from '../../server/http/pages/page-state.js';
import { startOffline } from './offline/start-offline.js';
import { followSettings } from './settings/page-settings.js';
import { TabOutbox } from './tab-outbox.js';

/** The client of a page. It connects again as soon as the browser is online or the tab is shown. */
export function createPageClient(page: PageState): ChatClient {
  const { as, user } = page;
  const client: ChatClient = new ChatClient({
    url: location.origin,
    // A page that can be loaded can poll: it is live at once also where networks block WebSockets.
    transports: ['polling', 'websocket'],
    query: as ? { token: as.signed } : {},
    // Calls back after the constructor, because locks are granted asynchronously.
    storage: TabOutbox.open(user.id_user ?? '', (messages) => client.adopt(messages)),
  });
  followSettings(client, as?.signed ?? null);
  startOffline(client, page);
  addEventListener('online', () => client.setOnline(true));
  addEventListener('offline', () => client.setOnline(false));
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) client.retryNow();
  });
  return client;
}
