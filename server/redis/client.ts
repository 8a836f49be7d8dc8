import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress } from '../config/redis-url.js';

/** Milliseconds for a connection with its handshake. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Milliseconds that a closing connection waits for the server, which may not answer any more. */
const DISCONNECT_TIMEOUT_MS = 100;

/** Nothing is queued or repeated: a command fails when its connection is lost, and the caller opens another connection. */
const OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  retryStrategy: () => null,
  connectTimeout: CONNECT_TIMEOUT_MS,
  disconnectTimeout: DISCONNECT_TIMEOUT_MS,
} satisfies RedisOptions;

/**
 * Opens one connection to Redis.
 * @param options what this connection has besides, such as `connectionName`, which `CLIENT LIST` shows
 * @param onLost called when the connection is closed after it was open, also by `disconnect()`
 * @throws Error when Redis cannot be reached, does not answer in time or refuses the password
 */
export async function openRedis(
  address: RedisAddress,
  options: Pick<RedisOptions, 'connectionName' | 'commandTimeout' | 'scripts'>,
  onLost: (reason: Error) => void,
): Promise<Redis> {
  const redis = new Redis(address.url, { ...OPTIONS, ...tlsOptions(address), ...options });
  try {
    await connect(redis);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  redis.once('end', () => onLost(new Error('the connection was closed')));
  return redis;
}

/** ioredis limits the time for TCP alone; this limits the handshake too, for a server that accepts and stays silent. */
function connect(redis: Redis): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), CONNECT_TIMEOUT_MS);
    // The event has the reason; the rejection of `connect()` only says that there is no connection.
    redis.on('error', reject);
    redis
      .connect()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

function tlsOptions({ url, tls }: RedisAddress): { tls?: ConnectionOptions } {
  if (!tls) return {};
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  // TLS does not allow addresses as server names.
  return {
    tls: {
      ...(tls.ca !== undefined && { ca: tls.ca }),
      rejectUnauthorized: tls.verify,
      ...(!isIP(host) && { servername: host }),
    },
  };
}
