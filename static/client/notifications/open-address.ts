import { h } from '../elements.js';

/** Opens a message as a link to it does: within the page if it can show the room. @param url a path of this server */
export function openAddress(url: string): void {
  const link = h('a', { href: url, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
}

/** Opens the messages whose notifications are clicked: the service worker sends their addresses to the page. */
export function listenToWorker(): void {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  serviceWorker?.addEventListener('message', ({ data, ports: [port] }) => {
    if (data?.type !== 'open' || typeof data.url !== 'string') return;
    port?.postMessage('opened');
    openAddress(data.url);
  });
}
