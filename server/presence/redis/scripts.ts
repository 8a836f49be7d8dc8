/**
 * What Redis does in one go. Leases are measured by its clock alone, so that the clocks of machines do not matter.
 * (Redis runs a script undisturbed; since version 5, scripts may ask for the time before they write.)
 */

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * Prolongs the lease of a node, unless it has run out: KEYS nodes, ARGV node, lease in ms, keep in ms. Nodes are
 * forgotten `keep` ms after their lease.
 * → [1 when the lease was running (0: others take the node for gone), the nodes whose leases run]
 */
const beat = `${NOW}
local lease = redis.call('ZSCORE', KEYS[1], ARGV[1])
local kept = lease and tonumber(lease) >= now
if kept then redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return { kept and 1 or 0, redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf') }
`;

/** Gives a node a lease, whatever was before: KEYS nodes, ARGV node, lease in ms, keep in ms. */
const enrol = `${NOW}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
`;

/** KEYS nodes → the nodes whose leases run. */
const living = `${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')
`;

/**
 * Deletes all of a node, unless its lease runs: it may have come back since somebody looked.
 * KEYS nodes, rooms of the node; ARGV node, what the keys of its entries begin with → how many entries it had
 */
const bury = `${NOW}
local lease = redis.call('ZSCORE', KEYS[1], ARGV[1])
if lease and tonumber(lease) >= now then return 0 end
local dropped = 0
for _, room in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  dropped = dropped + redis.call('HLEN', ARGV[2] .. room)
  redis.call('UNLINK', ARGV[2] .. room)
end
redis.call('UNLINK', KEYS[2])
redis.call('ZREM', KEYS[1], ARGV[1])
return dropped
`;

export const scripts = {
  beat: { lua: beat, numberOfKeys: 1 },
  enrol: { lua: enrol, numberOfKeys: 1 },
  living: { lua: living, numberOfKeys: 1 },
  bury: { lua: bury, numberOfKeys: 2 },
};

/** The scripts as methods of a connection. */
export interface Scripts {
  beat(
    nodes: string,
    node: string,
    leaseMs: number,
    keepMs: number,
  ): Promise<[isKept: number, living: string[]]>;
  enrol(nodes: string, node: string, leaseMs: number, keepMs: number): Promise<null>;
  living(nodes: string): Promise<string[]>;
  bury(nodes: string, rooms: string, node: string, entriesOfNode: string): Promise<number>;
}
