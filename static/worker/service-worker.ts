/**
 * The service worker of the pages. It never answers with a stored page while the server answers: navigations go to the
 * network, and only without one the offline page is shown. Assets have names that change with their content, so stored
 * ones are never out of date.
 */
import { ASSET_CACHE, isOfflineCache, isRoomCache, OFFLINE_PATH, offlineCacheOf } from './cache-names.js';
import { endPush, listenToPushes } from './push.js';

declare const self: ServiceWorkerGlobalScope;
/** Of the offline page and its assets, from the build. */
declare const OFFLINE_VERSION: string;

const OFFLINE_CACHE = offlineCacheOf(OFFLINE_VERSION);
/** Assets that are kept: those of the pages that are open, also after an update of the server. The oldest are deleted first. */
const MAX_ASSETS = 60;

listenToPushes();

self.addEventListener('install', (event) => {
  event.waitUntil(precache());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(activate());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(navigate(request, pathname));
  else if (request.method === 'GET' && pathname.startsWith('/static/')) event.respondWith(asset(request));
});

/** Stores the offline page with its assets. */
async function precache(): Promise<void> {
  const page = await fetch(new Request(OFFLINE_PATH, { cache: 'reload' }));
  if (!page.ok) throw new Error(`the offline page was answered with ${page.status}`);
  const addresses = (await page.clone().text()).match(/\/static\/[\w.-]+/g) ?? [];
  const cache = await caches.open(OFFLINE_CACHE);
  await cache.addAll([...new Set(addresses)]);
  await cache.put(OFFLINE_PATH, page);
  // An older worker has stored no pages, so that open pages need not wait for its end.
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys())
    if (isOfflineCache(name) && name !== OFFLINE_CACHE) await caches.delete(name);
  await self.clients.claim();
}

async function navigate(request: Request, pathname: string): Promise<Response> {
  // Saved messages and notifications belong to the session that ends.
  if (request.method === 'POST' && pathname === '/logout')
    await Promise.all([deleteSavedRooms(), endPush().catch(() => {})]);
  try {
    const response = await fetch(request);
    if (response.status === 401) await deleteSavedRooms();
    return response;
  } catch (error) {
    const offline = request.method === 'GET' ? await caches.match(OFFLINE_PATH) : undefined;
    if (!offline) throw error;
    return offline;
  }
}

async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(ASSET_CACHE);
  const stored = await caches.match(request);
  if (stored) return stored;
  const response = await fetch(request);
  if (response.status === 200) {
    await cache.put(request, response.clone());
    await trim(cache);
  }
  return response;
}

async function trim(cache: Cache): Promise<void> {
  const assets = await cache.keys();
  for (const request of assets.slice(0, Math.max(0, assets.length - MAX_ASSETS))) await cache.delete(request);
}

async function deleteSavedRooms(): Promise<void> {
  for (const name of await caches.keys()) if (isRoomCache(name)) await caches.delete(name);
}
