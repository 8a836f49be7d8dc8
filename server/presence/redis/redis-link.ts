import { Redis, type RedisOptions } from 'ioredis';
import { type RedisAddress, tlsOptions } from '../../config/redis-url.js';
import type { Clock } from '../clock.js';
import { type Scripts, scripts } from './scripts.js';

/** Milliseconds for a connection and its handshake. */
const CONNECT_MS = 5_000;

/**
 * Two connections: one for commands, one that listens to channels, so that neither has to wait for the other. They
 * live and die together. A link that was lost is not used again: what was on its way fails, nothing is queued or
 * repeated, and whoever holds the link opens another one.
 */
export interface RedisLink {
  commands: Redis & Scripts;
  subscriber: Redis;
  /** Drops both connections. The second time nothing happens. */
  drop(reason: Error): void;
}

const OPTIONS: RedisOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  retryStrategy: () => null,
  connectTimeout: CONNECT_MS,
  // Farewells are not waited for: the other side may be gone.
  disconnectTimeout: 100,
  connectionName: 'changeroom-presence',
};

/**
 * @param onLost called once when either connection is lost after both were open, also by `drop`
 * @throws Error when Redis cannot be reached, does not answer in time or refuses the password
 */
export async function openRedisLink(
  address: RedisAddress,
  clock: Clock,
  onLost: (reason: Error) => void,
): Promise<RedisLink> {
  const options: RedisOptions = { ...OPTIONS, ...tlsOptions(address) };
  const commands = new Redis(address.url, { ...options, scripts }) as Redis & Scripts;
  const subscriber = new Redis(address.url, options);
  const connections = [commands, subscriber];
  const disconnect = () => {
    for (const connection of connections) connection.disconnect();
  };
  try {
    await Promise.all(connections.map((connection) => connect(connection, clock)));
    // One may have ended before the other was open.
    if (connections.some(({ status }) => status !== 'ready')) throw new Error('the connection was closed');
  } catch (error) {
    disconnect();
    throw error;
  }
  let isLost = false;
  const drop = (reason: Error) => {
    if (isLost) return;
    isLost = true;
    disconnect();
    onLost(reason);
  };
  for (const connection of connections) {
    connection.on('end', () => drop(new Error('the connection was closed')));
  }
  return { commands, subscriber, drop };
}

/** ioredis limits the time for TCP alone: a server that accepts and stays silent would be waited for forever. */
function connect(connection: Redis, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(CONNECT_MS, () => reject(new Error('no answer')));
    // Says what is wrong, where the rejection only says that there is no connection.
    connection.on('error', (error) => {
      cancel();
      reject(error);
    });
    connection.connect().then(resolve, reject).finally(cancel);
  });
}
