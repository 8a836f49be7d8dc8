import { requestApi } from 'changeroom-client';

const PATH = '/api/me/push-subscriptions';
/** Milliseconds for a service worker that was registered a moment ago. */
const WORKER_TIMEOUT_MS = 10_000;

/** The registration of the service worker; null without one. */
export async function workerRegistration(): Promise<ServiceWorkerRegistration | null> {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  return (await serviceWorker?.getRegistration().catch(() => undefined)) ?? null;
}

/**
 * Subscribes this browser to pushes of the server, for the user of the page, or confirms the subscription. Never rejects.
 * @returns false where the browser or the server has no Web Push
 */
export async function startPush(): Promise<boolean> {
  try {
    const { answer } = await requestApi<{ public_key: string | null }>({ method: 'GET', url: PATH });
    const registration = await activeWorker();
    if (answer.public_key === null || !registration?.pushManager) return false;
    const subscription = await subscribe(registration.pushManager, answer.public_key);
    await requestApi({ method: 'PUT', url: PATH, body: subscription.toJSON() });
    return true;
  } catch {
    return false;
  }
}

/** Whether this browser is subscribed. Never rejects. */
export async function hasPush(): Promise<boolean> {
  try {
    return Boolean(await (await workerRegistration())?.pushManager?.getSubscription());
  } catch {
    return false;
  }
}

/** Ends the subscription of this browser. Never rejects: the server removes it when the push service reports its end. */
export async function endPush(): Promise<void> {
  try {
    const subscription = await (await workerRegistration())?.pushManager?.getSubscription();
    if (!subscription) return;
    await requestApi({ method: 'DELETE', url: PATH, body: { endpoint: subscription.endpoint } }).catch(
      () => {},
    );
    await subscription.unsubscribe();
  } catch {
    // See above.
  }
}

/** A subscription is bound to the key of the server: one with another key is replaced. */
async function subscribe(manager: PushManager, key: string): Promise<PushSubscription> {
  const present = await manager.getSubscription();
  const boundTo = present?.options.applicationServerKey;
  if (present && boundTo && base64url(boundTo) === key) return present;
  await present?.unsubscribe();
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function activeWorker(): Promise<ServiceWorkerRegistration | null> {
  if ((await workerRegistration()) === null) return null;
  const timeout = new Promise<null>((resolve) => setTimeout(resolve, WORKER_TIMEOUT_MS, null));
  return Promise.race([navigator.serviceWorker.ready, timeout]);
}

function base64url(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
