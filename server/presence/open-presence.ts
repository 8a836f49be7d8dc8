import type { RedisAddress } from '../config/redis-url.js';
import type { Log } from '../telemetry/logger.js';
import { MemoryPresence } from './memory-presence.js';
import type { Presence } from './presence.js';
import { RedisPresence, type RedisPresenceOptions } from './redis-presence.js';

/** @param redis shares presence among processes; null: this is the only process */
export function openPresence(redis: RedisAddress | null, log: Log, options?: RedisPresenceOptions): Presence {
  if (!redis) return new MemoryPresence(log, options);
  const presence = new RedisPresence(redis, log, options);
  presence.start();
  return presence;
}
