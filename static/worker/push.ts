/** Notifications that the server pushes, and clicks on notifications. */

declare const self: ServiceWorkerGlobalScope;

const ICON = '/icons/icon-192.png';
const SUBSCRIPTIONS_PATH = '/api/me/push-subscriptions';
/** Milliseconds for a page to open a message itself. */
const ANSWER_TIMEOUT_MS = 1_000;

/** As server/notifications/push-payload.ts writes it. */
interface PushContent {
  title: string;
  text: string;
  url: string;
  tag: string;
  language: string;
  sent: number;
}

export function listenToPushes(): void {
  self.addEventListener('push', (event) => event.waitUntil(receive(event.data)));
  self.addEventListener('notificationclick', (event) => {
    event.notification.close();
    event.waitUntil(open(addressOf(event.notification.data?.url)));
  });
  self.addEventListener('pushsubscriptionchange', (event) => {
    event.waitUntil(renew(event as PushSubscriptionChange));
  });
}

/** Browsers require that each push shows something, unless a page is visible, which shows it itself. */
async function receive(data: PushMessageData | null): Promise<void> {
  const content = contentOf(data);
  const pages = await self.clients.matchAll({ type: 'window' });
  if (pages.some(({ visibilityState }) => visibilityState === 'visible')) return;
  if (content === null) return;
  const { title, text, url, tag, language, sent } = content;
  const options = {
    body: text,
    tag,
    icon: ICON,
    lang: language,
    timestamp: sent,
    renotify: true,
    data: { url },
  };
  await self.registration.showNotification(title, options);
}

function contentOf(data: PushMessageData | null): PushContent | null {
  try {
    const content = data?.json();
    return typeof content?.title === 'string' && typeof content.text === 'string' ? content : null;
  } catch {
    return null;
  }
}

/** An address of this server. */
function addressOf(url: unknown): string {
  const address = new URL(typeof url === 'string' ? url : '/', self.location.origin);
  return address.origin === self.location.origin ? address.href : self.location.origin;
}

/** Opens a message in an open page, which needs not be loaded again, or in a new one. */
async function open(url: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find(({ focused }) => focused) ?? pages.find(isVisible) ?? pages[0];
  if (!page) return void (await self.clients.openWindow(url));
  await page.focus().catch(() => {});
  if (await isAnswered(page, url)) return;
  await page.navigate(url).catch(() => self.clients.openWindow(url));
}

const isVisible = ({ visibilityState }: WindowClient) => visibilityState === 'visible';

/** Asks a page to open a message. Pages without a room, and those whose script is not loaded, do not answer. */
function isAnswered(page: WindowClient, url: string): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => resolve(true);
    setTimeout(resolve, ANSWER_TIMEOUT_MS, false);
    const { pathname, search } = new URL(url);
    page.postMessage({ type: 'open', url: pathname + search }, [port2]);
  });
}

interface PushSubscriptionChange extends ExtendableEvent {
  oldSubscription?: PushSubscription | null;
  newSubscription?: PushSubscription | null;
}

/** The push service has ended the subscription, and may have begun another one. */
async function renew({ oldSubscription, newSubscription }: PushSubscriptionChange): Promise<void> {
  const applicationServerKey = oldSubscription?.options.applicationServerKey ?? null;
  const options = { userVisibleOnly: true, applicationServerKey };
  const subscription =
    newSubscription ?? (applicationServerKey && (await self.registration.pushManager.subscribe(options)));
  if (oldSubscription) await send('DELETE', { endpoint: oldSubscription.endpoint });
  if (subscription) await send('PUT', subscription.toJSON());
}

/** Ends the subscription of the browser: its user signs out. */
export async function endPush(): Promise<void> {
  const subscription = await self.registration.pushManager?.getSubscription();
  await subscription?.unsubscribe();
}

async function send(method: string, body: object): Promise<void> {
  await fetch(SUBSCRIPTIONS_PATH, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}
