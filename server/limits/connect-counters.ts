import type { Redis } from 'ioredis';
import type { RedisAddress } from '../config/redis-url.js';
import { ReconnectingConnection } from '../lib/reconnecting-connection.js';
import { openRedis } from '../redis/client.js';
import type { Log } from '../telemetry/logger.js';

/** Milliseconds for Redis to count an event; then this process counts it. */
const COMMAND_TIMEOUT_MS = 1_000;
/** Milliseconds between two attempts to connect to Redis, at most. */
const MAX_RECONNECT_DELAY_MS = 5_000;

/** The connection to Redis over which the processes of a chat count together. */
export function connectCounters(address: RedisAddress, log: Log): ReconnectingConnection<Redis> {
  const options = { connectionName: 'changeroom-limits', commandTimeout: COMMAND_TIMEOUT_MS };
  return new ReconnectingConnection(
    { open: (onLost) => openRedis(address, options, onLost), close: (redis) => redis.disconnect() },
    { name: 'redis', log: log.child({ client: 'limits' }), maxDelayMs: MAX_RECONNECT_DELAY_MS },
  );
}
