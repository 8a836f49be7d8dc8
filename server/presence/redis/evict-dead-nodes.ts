import type { Keys } from './keys.js';
import type { RedisLink } from './redis-link.js';

/**
 * Deletes the entries of nodes whose leases have expired.
 * @returns the number of deleted entries
 * @throws Error when the link is lost
 */
export async function evictDeadNodes(commands: RedisLink['commands'], keys: Keys): Promise<number> {
  const nodes = await commands.zrange(keys.nodes, '0', '-1');
  const living = new Set(await commands.livingNodes(keys.nodes));
  let deleted = 0;
  for (const node of nodes) {
    if (living.has(node)) continue;
    deleted += await commands.evictNode(keys.nodes, keys.rooms(node), node, keys.entriesOf(node));
  }
  return deleted;
}
