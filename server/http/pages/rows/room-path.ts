import { LOBBY } from '../../../protocol/message.js';

/**
 * The address of a room's page.
 * @param room a valid name
 * @param as id of the playground user; null: the page of the authenticated visitor
 */
export function roomPath(room: string, as: string | null = null): string {
  if (as === null && room === LOBBY) return '/';
  const base = as === null ? '/r/' : '/ui/';
  // Browsers resolve these segments of a path, even when they are percent-encoded.
  const isDots = room === '.' || room === '..';
  const path = isDots ? `${base}?room=${room}` : base + encodeURIComponent(room);
  return asUser(path, as);
}

/** The address of a message: the page of its room, with the messages around it. */
export function messagePath({ room, id }: { room: string; id: string }, as: string | null = null): string {
  return withQuery(roomPath(room, as), `at=${encodeURIComponent(id)}`);
}

/**
 * The room to which an address leads; null for addresses of other pages, and of other users.
 * @param as id of the playground user of the page; null: the page of the authenticated visitor
 */
export function roomOfAddress({ pathname, search }: URL, as: string | null = null): string | null {
  const named = /^\/(?:r|ui)\/([^/]+)$/.exec(pathname)?.[1];
  const room = named === undefined ? (new URLSearchParams(search).get('room') ?? LOBBY) : decoded(named);
  if (room === null) return null;
  const { pathname: path, search: query } = new URL(roomPath(room, as), 'http://localhost');
  return path === pathname && query === search ? room : null;
}

/** The message to which an address leads; null for other addresses, see `roomOfAddress`. */
export function messageOfAddress(
  address: URL,
  as: string | null = null,
): { room: string; id: string } | null {
  const url = new URL(address);
  const id = url.searchParams.get('at');
  url.searchParams.delete('at');
  const room = id ? roomOfAddress(url, as) : null;
  return id && room !== null ? { room, id } : null;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** The address of the form that joins or leaves a room. */
export function memberPath(room: string, action: 'join' | 'leave', as: string | null = null): string {
  if (room === '.' || room === '..') return roomPath(room, as);
  return asUser(`${as === null ? '/r/' : '/ui/'}${encodeURIComponent(room)}/${action}`, as);
}

/** The address of the pinned messages of a room. */
export function pinnedPath(room: string, as: string | null = null): string {
  return withQuery(roomPath(room, as), 'pinned');
}

/** The operator that limits a search to a room. */
export function inRoom(room: string): string {
  return `in:"${room.replaceAll('"', '""')}" `;
}

/** The address of the settings of notifications of a room. */
export function notificationsPath(room: string, as: string | null = null): string {
  return asUser(`/settings?room=${encodeURIComponent(room)}`, as);
}

/** The address of the settings of a room. */
export function roomSettingsPath(room: string, as: string | null = null): string {
  return withQuery(roomPath(room, as), 'settings');
}

/** The address of the search for messages of a room, with a way back to it. */
export function roomSearchPath(room: string, as: string | null = null): string {
  return searchPath(room, as, inRoom(room));
}

/** @param room to which the page leads back */
export function searchPath(room: string, as: string | null, text = ''): string {
  const q = text && `&q=${encodeURIComponent(text)}`;
  return asUser(`/search?room=${encodeURIComponent(room)}${q}`, as);
}

/** Keeps the playground user in an address. */
export function asUser(path: string, as: string | null): string {
  return as === null ? path : withQuery(path, `id_user=${encodeURIComponent(as)}`);
}

/** Appends a parameter, which must be percent-encoded. */
export function withQuery(path: string, parameter: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${parameter}`;
}
