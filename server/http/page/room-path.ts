import { LOBBY } from '../../message.js';

/** The address of a room's page. The name must be clean. */
export function roomPath(room: string): string {
  if (room === LOBBY) return '/';
  // As a segment of a path browsers resolve these, however they are encoded.
  if (room === '.' || room === '..') return `/r/?room=${room}`;
  return `/r/${encodeURIComponent(room)}`;
}
