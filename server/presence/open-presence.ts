import type { Config } from '../config/config.js';
import type { Log } from '../telemetry/logger.js';
import { MemoryPresence } from './memory-presence.js';
import type { Presence } from './presence.js';
import { RedisPresence, type RedisPresenceOptions } from './redis-presence.js';

/** Presence over Redis where it is configured, so that all processes know all users; else of this process alone. */
export function openPresence({ redis }: Config, log: Log, options?: RedisPresenceOptions): Presence {
  if (!redis) return new MemoryPresence(log, options);
  const presence = new RedisPresence(redis, log, options);
  presence.start();
  return presence;
}
