import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { type ServerProcess, startServer } from '../support/server-process.js';
import { until } from '../support/until.js';

/** What several processes need: a Redis, and a folder for the database. */
export interface Ground {
  env: Record<string, string>;
  remove(): Promise<void>;
}

export async function prepareGround(): Promise<Ground> {
  const redis: RedisServer = await startRedis();
  const DATA_DIR = await mkdtemp(path.join(tmpdir(), 'changeroom-cluster-'));
  return {
    env: { INSTANCES: '4', REDIS_URL: redis.url, DATA_DIR, LOG_LEVEL: 'debug' },
    remove: async () => {
      await redis.stop();
      await rm(DATA_DIR, { recursive: true, force: true });
    },
  };
}

interface LogLine {
  msg: string;
  worker?: number;
  pid?: number;
}

/** The processes that serve one port. */
export class Several {
  private constructor(readonly server: ServerProcess) {}

  static async start(env: Record<string, string>): Promise<Several> {
    return new Several(await startServer(env));
  }

  get url(): string {
    return this.server.url;
  }

  /** What was logged with this message. */
  logged(message: string): LogLine[] {
    const lines = this.server.output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return lines.map((line) => JSON.parse(line) as LogLine).filter(({ msg }) => msg === message);
  }

  /** The process ids of the workers that serve, by their numbers. */
  get serving(): Map<number, number> {
    const started = this.logged('cluster: a worker serves').map(
      ({ worker, pid }) => [worker!, pid!] as const,
    );
    return new Map(started.filter(([, pid]) => isAlive(pid)));
  }

  /** The process ids of all four, when what they have logged is here. */
  async processIds(): Promise<number[]> {
    await until('four processes serve', () => this.serving.size === 4);
    return [...this.serving.values()];
  }

  /** Ends a worker without a word. */
  kill(worker: number): void {
    process.kill(this.serving.get(worker)!, 'SIGKILL');
  }
}

/** Whether there is such a process, and it is not just waiting to be buried. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The worker whose session this is. */
export function workerOf(sid: string | undefined): number {
  return Number(sid?.split('.')[0]);
}
