import { startRedis } from '../../tests/support/redis-server.js';
import type { Lane } from './faults.js';

/** A Redis that stops now and then. */
export interface RedisGround {
  url: string;
  lane: Lane;
  stop(): Promise<void>;
}

export async function startRedisGround(): Promise<RedisGround> {
  const redis = await startRedis();
  return {
    url: redis.url,
    stop: () => redis.stop(),
    lane: {
      name: 'redis',
      pauses: [2_000, 8_000],
      faults: [
        {
          name: 'kill Redis',
          lasts: [500, 4_000],
          begin: async () => {
            await redis.kill();
            return () => redis.restart();
          },
        },
        {
          name: 'stop Redis for a while (SIGSTOP)',
          lasts: [500, 6_000],
          begin: async () => {
            redis.signal('SIGSTOP');
            return async () => redis.signal('SIGCONT');
          },
        },
      ],
    },
  };
}
