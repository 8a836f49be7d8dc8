import { LOBBY } from '../../../server/protocol/message.js';
import type { RoomEntry } from '../../../server/protocol/room.js';
import { normalise } from '../../../server/protocol/text/normalise.js';

/** Rooms that are offered at once. */
const MAX_RANKED_ROOMS = 50;

/** The text in the form in which names are compared. */
export const folded = (text: string) => normalise(text.trim()).toLowerCase();

/**
 * The rooms that match a text, the best first: the name itself, names that begin with it, names with a word that begins with
 * it, names that contain it, names that contain the letters of its words in this order. Among equals: rooms with unread
 * messages, rooms of the reader, recently visited rooms.
 * @param visited names of rooms, the most recent first
 */
export function rankRooms(
  entries: readonly RoomEntry[],
  sought: string,
  visited: readonly string[],
): RoomEntry[] {
  const text = folded(sought);
  const recency = new Map(visited.map((name, i) => [name, i]));
  return entries
    .map((entry) => ({ entry, rank: [matchOf(folded(entry.name), text), ...rankOf(entry, recency)] }))
    .filter(({ rank }) => rank[0] !== undefined && Number.isFinite(rank[0]))
    .sort((a, b) => compare(a.rank, b.rank))
    .slice(0, MAX_RANKED_ROOMS)
    .map(({ entry }) => entry);
}

const wordsOf = (name: string) => name.split(/[\s_-]+/u);

/** How well a name matches: 0 is best. Infinity: not at all. */
function matchOf(name: string, text: string): number {
  if (text === '' || name === text) return 0;
  const index = name.indexOf(text);
  if (index === 0) return 1;
  if (index > 0) return wordsOf(name).some((word) => word.startsWith(text)) ? 2 : 3;
  return matchesLoosely(name, text) ? 4 : Number.POSITIVE_INFINITY;
}

/** Of a text with several words, each has its letters in a word of the name that begins with the same letter. */
function matchesLoosely(name: string, text: string): boolean {
  const sought = text.split(' ');
  if (sought.length === 1) return containsInOrder(name, text);
  let found = 0;
  for (const word of wordsOf(name)) {
    const next = sought[found];
    if (next !== undefined && word[0] === next[0] && containsInOrder(word, next)) found += 1;
  }
  return found === sought.length;
}

function containsInOrder(name: string, text: string): boolean {
  let index = 0;
  for (const char of text) {
    index = name.indexOf(char, index) + 1;
    if (index === 0) return false;
  }
  return true;
}

function rankOf({ name, unread, joined }: RoomEntry, recency: ReadonlyMap<string, number>): number[] {
  return [unread ? 0 : 1, joined || name === LOBBY ? 0 : 1, recency.get(name) ?? recency.size];
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, one] of a.entries()) {
    const difference = one - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
