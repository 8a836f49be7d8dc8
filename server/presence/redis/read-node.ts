import type { Redis } from 'ioredis';
import type { PresenceEntry } from '../../protocol/presence.js';
import { fromText, type Keys } from './keys.js';
import { readEntries } from './wire.js';

/** Hashes in one pipeline. */
const ROOMS_PER_BATCH = 500;

/**
 * Reads a node's entries, by room.
 * @param wanted rooms; the result may lack those in which the node has no entries
 * @throws Error when the link is lost
 */
export async function readNode(
  commands: Redis,
  keys: Keys,
  node: string,
  wanted: readonly string[] | 'all',
): Promise<Map<string, PresenceEntry[]>> {
  const rooms = await roomsToRead(commands, keys, node, wanted);
  const found = new Map<string, PresenceEntry[]>();
  for (let i = 0; i < rooms.length; i += ROOMS_PER_BATCH) {
    const batch = rooms.slice(i, i + ROOMS_PER_BATCH);
    const pipeline = commands.pipeline();
    for (const room of batch) pipeline.hgetall(keys.entries(node, room));
    const results = (await pipeline.exec()) ?? [];
    for (const [at, [error, hash]] of results.entries()) {
      if (error) throw error;
      found.set(batch[at] ?? '', readEntries(hash as Record<string, string>));
    }
  }
  return found;
}

/** Of many rooms, a node has entries in few: reads the list of its rooms first. */
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
