import { LOBBY } from '../../server/protocol/message.js';
import type { Store } from './page-state.js';

const KEY = 'changeroom.rooms';
/** How many rooms are remembered, besides the lobby. */
const KEPT = 12;

/** Rooms visited with this browser, the last one first; visits `room` now. */
export function visit(store: Store | null, room: string): string[] {
  const rooms = [room, ...read(store)].filter((name, i, all) => name !== LOBBY && all.indexOf(name) === i);
  const kept = rooms.slice(0, KEPT);
  try {
    store?.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A full or forbidden store: nothing is remembered.
  }
  return kept;
}

function read(store: Store | null): string[] {
  try {
    const stored: unknown = JSON.parse(store?.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}
