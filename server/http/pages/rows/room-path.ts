import { LOBBY } from '../../../protocol/message.js';

/**
 * The address of a room's page. The name must be clean.
 * @param as id of the user who the page is by its address
 */
export function roomPath(room: string, as: string | null = null): string {
  if (as === null && room === LOBBY) return '/';
  const base = as === null ? '/r/' : '/ui/';
  // As a segment of a path browsers resolve these, however they are encoded.
  const isDots = room === '.' || room === '..';
  const path = isDots ? `${base}?room=${room}` : base + encodeURIComponent(room);
  return asUser(path, as);
}

/** Where the form goes that joins or leaves a room. */
export function memberPath(room: string, action: 'join' | 'leave', as: string | null = null): string {
  if (room === '.' || room === '..') return roomPath(room, as);
  return asUser(`${as === null ? '/r/' : '/ui/'}${encodeURIComponent(room)}/${action}`, as);
}

/** An address at which one stays who one is by address. */
export function asUser(path: string, as: string | null): string {
  return as === null ? path : withQuery(path, `id_user=${encodeURIComponent(as)}`);
}

/** An address with one more parameter, which is encoded already. */
export function withQuery(path: string, parameter: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${parameter}`;
}
