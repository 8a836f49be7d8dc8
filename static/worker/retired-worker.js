// Served in the place of the service worker with SERVICE_WORKER=false: removes it, and all that it and the pages have stored.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(retire()));

async function retire() {
  for (const name of await caches.keys()) if (name.startsWith('changeroom-')) await caches.delete(name);
  await self.registration.unregister();
}
