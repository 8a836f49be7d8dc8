import { ChatClient, type OutboxStorage } from 'changeroom-client';
import type { PageState } from '../../server/http/pages/page-state.js';

/** The client of a page. It connects again as soon as the browser is online or the tab is shown. */
export function createPageClient({ as }: PageState, storage: OutboxStorage | null): ChatClient {
  const client = new ChatClient({
    url: location.origin,
    query: as ? { token: as.signed } : {},
    storage,
  });
  addEventListener('online', () => client.setOnline(true));
  addEventListener('offline', () => client.setOnline(false));
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) client.retryNow();
  });
  return client;
}
