import type { Redis } from 'ioredis';
import type { PresenceEntry } from '../../protocol/presence.js';
import { fromText, type Keys } from './keys.js';
import { readEntries } from './wire.js';

/** Hashes in one go. */
const ROOMS_AT_ONCE = 500;

/**
 * Reads a node's entries, by room.
 * @param wanted rooms; those in which the node has nobody may be missing from the answer
 * @throws Error when the link fails
 */
export async function readNode(
  commands: Redis,
  keys: Keys,
  node: string,
  wanted: readonly string[] | 'all',
): Promise<Map<string, PresenceEntry[]>> {
  const rooms = await roomsToRead(commands, keys, node, wanted);
  const found = new Map<string, PresenceEntry[]>();
  for (let i = 0; i < rooms.length; i += ROOMS_AT_ONCE) {
    const some = rooms.slice(i, i + ROOMS_AT_ONCE);
    const pipeline = commands.pipeline();
    for (const room of some) pipeline.hgetall(keys.entries(node, room));
    const answers = (await pipeline.exec()) ?? [];
    some.forEach((room, at) => {
      const [error, hash] = answers[at]!;
      if (error) throw error;
      found.set(room, readEntries(hash as Record<string, string>));
    });
  }
  return found;
}

/** Of many rooms, a node has entries in few: that is asked first. */
async function roomsToRead(
  commands: Redis,
  keys: Keys,
  node: string,
  wanted: readonly string[] | 'all',
): Promise<readonly string[]> {
  if (wanted !== 'all' && wanted.length <= 1) return wanted;
  const present = (await commands.smembers(keys.rooms(node))).map(fromText);
  if (wanted === 'all') return present;
  const asked = new Set(wanted);
  return present.filter((room) => asked.has(room));
}
