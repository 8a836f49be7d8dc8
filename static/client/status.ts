import type { RoomStatus } from './room-session.js';

export type ConnectionState =
  | { name: 'connecting' }
  | { name: 'open' }
  /** Tries again at `until`, milliseconds since 1970. */
  | { name: 'waiting'; until: number }
  | { name: 'offline' };

/** What the page says about its connection; `countdown` in whole seconds. */
export interface Status {
  name: 'connecting' | 'live' | 'reconnecting' | 'offline' | 'stale' | 'refused';
  text: string;
  countdown?: number;
}

export function describeStatus(
  connection: ConnectionState,
  room: RoomStatus,
  refusal: string | null,
  now: number,
): Status {
  if (connection.name === 'offline') return { name: 'offline', text: 'Offline' };
  if (connection.name === 'waiting') {
    const countdown = Math.max(0, Math.ceil((connection.until - now) / 1000));
    return { name: 'reconnecting', text: 'Reconnecting', countdown };
  }
  if (room === 'refused') return { name: 'refused', text: refusal ?? 'This room cannot be joined' };
  if (room === 'live') return { name: 'live', text: 'Live' };
  if (room === 'stale') return { name: 'stale', text: 'Waiting for the database' };
  return { name: 'connecting', text: refusal ?? 'Connecting' };
}
