import { tagOf } from '../../../server/protocol/notifications.js';
import { openAddress } from './open-address.js';
import { workerRegistration } from './push-subscription.js';

export interface RoomNotification {
  room: string;
  title: string;
  text: string;
  /** Path of the message. */
  url: string;
  isMention: boolean;
}

const ICON = '/icons/icon-192.png';

/** Shown without a service worker, by tag. */
const shown = new Map<string, Notification>();

/** Shows a notification in the place of the earlier one of the room. By the service worker, as phones require, if there is one. */
export async function showNotification({
  room,
  title,
  text,
  url,
  isMention,
}: RoomNotification): Promise<void> {
  const tag = tagOf(room);
  const options = {
    body: text,
    tag,
    icon: ICON,
    lang: document.documentElement.lang,
    silent: true,
    data: { url },
  };
  const registration = await workerRegistration();
  if (registration?.active) {
    const renotify = { renotify: isMention };
    await registration.showNotification(title, { ...options, ...renotify });
    return;
  }
  const notification = new Notification(title, options);
  shown.set(tag, notification);
  notification.addEventListener('click', () => {
    focus();
    openAddress(url);
    notification.close();
  });
}

/** Removes the notification of a room that has been read. */
export async function closeNotification(room: string): Promise<void> {
  const tag = tagOf(room);
  shown.get(tag)?.close();
  shown.delete(tag);
  const found = (await (await workerRegistration())?.getNotifications({ tag })) ?? [];
  for (const notification of found) notification.close();
}
