import type { Keys } from './keys.js';
import type { RedisLink } from './redis-link.js';

/**
 * Deletes what nodes have left whose leases have run out.
 * @returns how many entries they had
 * @throws Error when the link fails
 */
export async function buryDeadNodes(commands: RedisLink['commands'], keys: Keys): Promise<number> {
  const nodes = await commands.zrange(keys.nodes, '0', '-1');
  const living = new Set(await commands.living(keys.nodes));
  let dropped = 0;
  for (const node of nodes) {
    if (living.has(node)) continue;
    dropped += await commands.bury(keys.nodes, keys.rooms(node), node, keys.entriesOf(node));
  }
  return dropped;
}
