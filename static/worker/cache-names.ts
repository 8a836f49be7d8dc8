/** The caches of the service worker and of the pages. */

export const ASSET_CACHE = 'changeroom-assets';

const OFFLINE_CACHE_PREFIX = 'changeroom-offline-';

/** The cache with a version of the offline page and its assets. */
export const offlineCacheOf = (version: string): string => OFFLINE_CACHE_PREFIX + version;

export const isOfflineCache = (name: string): boolean => name.startsWith(OFFLINE_CACHE_PREFIX);

/** The page that is shown without a network. */
export const OFFLINE_PATH = '/offline';

const ROOM_CACHE_PREFIX = 'changeroom-rooms@';

/** The cache with the rooms that a user has opened. */
export const roomCacheOf = (id_user: string): string => ROOM_CACHE_PREFIX + id_user;

export const isRoomCache = (name: string): boolean => name.startsWith(ROOM_CACHE_PREFIX);

/** The id of the user of a cache of rooms. */
export const ownerOf = (roomCache: string): string => roomCache.slice(ROOM_CACHE_PREFIX.length);

/** The key of a room in its cache. */
export const savedRoomPath = (room: string): string => `/saved/${encodeURIComponent(room)}`;
