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

/** The address of the form that joins or leaves a room. */
export function memberPath(room: string, action: 'join' | 'leave', as: string | null = null): string {
  if (room === '.' || room === '..') return roomPath(room, as);
  return asUser(`${as === null ? '/r/' : '/ui/'}${encodeURIComponent(room)}/${action}`, as);
}

/** Keeps the playground user in an address. */
export function asUser(path: string, as: string | null): string {
  return as === null ? path : withQuery(path, `id_user=${encodeURIComponent(as)}`);
}

/** Appends a parameter, which must be percent-encoded. */
export function withQuery(path: string, parameter: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${parameter}`;
}
