import { inRoom } from '../../../server/http/pages/rows/room-path.js';

export type SearchScope = 'room' | 'all';

/** The search of a text that the reader has typed; null while it is empty. An `in:` of the reader's own replaces the scope. */
export function searchOf(text: string, scope: SearchScope, room: string): string | null {
  const words = text.trim();
  if (words === '') return null;
  return scope === 'all' || /(?:^|\s)in:\S/i.test(words) ? words : inRoom(room) + words;
}
