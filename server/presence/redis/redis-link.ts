import type { Redis } from 'ioredis';
import type { RedisAddress } from '../../config/redis-url.js';
import { openRedis } from '../../redis/client.js';
import { type Scripts, scripts } from './scripts.js';

/**
 * Two connections: one for commands and one that is subscribed to channels, so that neither waits for the other. When
 * one is lost, the other is closed. A link that was lost is not used again.
 */
export interface RedisLink {
  commands: Redis & Scripts;
  subscriber: Redis;
  /** Closes both connections. Further calls have no effect. */
  drop(reason: Error): void;
}

const CONNECTION_NAME = 'changeroom-presence';

/**
 * @param onLost called once when either connection is lost or could not be opened, also by `drop`
 * @throws Error when Redis cannot be reached, does not answer in time or refuses the password
 */
export async function openRedisLink(
  address: RedisAddress,
  onLost: (reason: Error) => void,
): Promise<RedisLink> {
  const connections: Redis[] = [];
  let isLost = false;
  const drop = (reason: Error) => {
    if (isLost) return;
    isLost = true;
    for (const connection of connections) connection.disconnect();
    onLost(reason);
  };
  const open = async (options: Parameters<typeof openRedis>[1]) => {
    const connection = await openRedis(address, { connectionName: CONNECTION_NAME, ...options }, drop);
    connections.push(connection);
    // The other one failed while this one was being opened.
    if (isLost) connection.disconnect();
    return connection;
  };
  try {
    const [commands, subscriber] = await Promise.all([open({ scripts }), open({})]);
    return { commands: commands as Redis & Scripts, subscriber, drop };
  } catch (error) {
    drop(error as Error);
    throw error;
  }
}
