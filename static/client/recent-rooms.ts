import { roomPath } from '../../server/http/page/room-path.js';
import { LOBBY } from '../../server/message.js';
import { h } from './elements.js';

const KEY = 'changeroom.rooms';
/** How many rooms are remembered, besides the lobby. */
const KEPT = 12;

/** Rooms visited with this browser, the last one first; visits `room` now. */
export function visit(store: Storage | null, room: string): string[] {
  const rooms = [room, ...read(store)].filter((name, i, all) => name !== LOBBY && all.indexOf(name) === i);
  const kept = rooms.slice(0, KEPT);
  try {
    store?.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A full or forbidden store: nothing is remembered.
  }
  return kept;
}

function read(store: Storage | null): string[] {
  try {
    const stored: unknown = JSON.parse(store?.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

/** Draws the list of rooms, the lobby first; `unsent`: rooms in which something waits to be sent. */
export function drawRooms(
  rooms: readonly string[],
  current: string,
  unsent: ReadonlySet<string>,
): HTMLElement[] {
  return [LOBBY, ...rooms].map((room) =>
    h(
      'li',
      {},
      h(
        'a',
        { href: roomPath(room), 'aria-current': room === current && 'page' },
        h('span', { class: 'room-mark', 'aria-hidden': 'true' }, '#'),
        h('span', { class: 'room-name' }, room),
        room !== current && unsent.has(room) && h('span', { class: 'badge' }, 'unsent'),
      ),
    ),
  );
}
