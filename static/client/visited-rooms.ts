import { LOBBY } from '../../server/protocol/message.js';
import type { PageStorage } from './page-storage.js';

const STORAGE_KEY = 'changeroom.rooms';
/** Besides the lobby. */
const MAX_VISITED_ROOMS = 12;

/** Adds a room to the rooms visited with this browser. @returns all of them, the last one first */
export function visit(storage: PageStorage | null, room: string): string[] {
  const rooms = [room, ...read(storage)].filter((name, i, all) => name !== LOBBY && all.indexOf(name) === i);
  const kept = rooms.slice(0, MAX_VISITED_ROOMS);
  try {
    storage?.setItem(STORAGE_KEY, JSON.stringify(kept));
  } catch {
    // Full or forbidden storage: visited rooms are not remembered.
  }
  return kept;
}

function read(storage: PageStorage | null): string[] {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}
