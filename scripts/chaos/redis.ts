import { startRedis } from '../../tests/support/redis-server.js';
import type { Lane } from './faults.js';

/** A Redis server with faults. */
export interface ChaosRedis {
  url: string;
  lane: Lane;
  stop(): Promise<void>;
}

export async function startChaosRedis(): Promise<ChaosRedis> {
  const redis = await startRedis();
  return {
    url: redis.url,
    stop: () => redis.stop(),
    lane: {
      name: 'redis',
      pause: [2_000, 8_000],
      faults: [
        {
          name: 'kill Redis',
          duration: [500, 4_000],
          begin: async () => {
            await redis.kill();
            return () => redis.restart();
          },
        },
        {
          name: 'freeze Redis (SIGSTOP)',
          duration: [500, 6_000],
          begin: async () => {
            redis.signal('SIGSTOP');
            return async () => redis.signal('SIGCONT');
          },
        },
      ],
    },
  };
}
