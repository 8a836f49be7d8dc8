/**
 * Redis scripts, which run atomically. Leases are measured by the clock of Redis, so that clocks of machines do not
 * matter. (Since Redis 5, a script may read the time before it writes.)
 */

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * Renews the lease of a node, unless it has expired: KEYS nodes, ARGV node, lease in ms, keep in ms. Nodes are removed
 * `keep` ms after their lease.
 * → [1 if the lease had not expired (0: others count the node as dead), the nodes with a lease]
 */
const renewLease = `${NOW}
local lease = redis.call('ZSCORE', KEYS[1], ARGV[1])
local held = lease and tonumber(lease) >= now
if held then redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return { held and 1 or 0, redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf') }
`;

/** Gives a node a lease, whether or not it had one: KEYS nodes, ARGV node, lease in ms, keep in ms. */
const grantLease = `${NOW}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
`;

/** KEYS nodes → the nodes with a lease. */
const livingNodes = `${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')
`;

/**
 * Deletes all keys of a node without a lease. A node that has got a lease again since the caller looked is left alone.
 * KEYS nodes, rooms of the node; ARGV node, prefix of the keys of its entries → number of its entries
 */
const evictNode = `${NOW}
local lease = redis.call('ZSCORE', KEYS[1], ARGV[1])
if lease and tonumber(lease) >= now then return 0 end
local deleted = 0
for _, room in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  deleted = deleted + redis.call('HLEN', ARGV[2] .. room)
  redis.call('UNLINK', ARGV[2] .. room)
end
redis.call('UNLINK', KEYS[2])
redis.call('ZREM', KEYS[1], ARGV[1])
return deleted
`;

export const scripts = {
  renewLease: { lua: renewLease, numberOfKeys: 1 },
  grantLease: { lua: grantLease, numberOfKeys: 1 },
  livingNodes: { lua: livingNodes, numberOfKeys: 1 },
  evictNode: { lua: evictNode, numberOfKeys: 2 },
};

/** The scripts as methods of a connection. */
export interface Scripts {
  renewLease(
    nodes: string,
    node: string,
    leaseMs: number,
    keepMs: number,
  ): Promise<[isHeld: number, living: string[]]>;
  grantLease(nodes: string, node: string, leaseMs: number, keepMs: number): Promise<null>;
  livingNodes(nodes: string): Promise<string[]>;
  evictNode(nodes: string, rooms: string, node: string, entriesOfNode: string): Promise<number>;
}
