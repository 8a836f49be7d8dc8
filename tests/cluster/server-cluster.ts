import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { type ServerProcess, startServer } from '../support/server-process.js';
import { until } from '../support/until.js';

/** A Redis server and a data directory for a server of several processes. */
export interface ClusterEnvironment {
  /** Settings of the server. */
  env: Record<string, string>;
  remove(): Promise<void>;
}

export async function prepareEnvironment(): Promise<ClusterEnvironment> {
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

/** A server of several processes that share one port. */
export class ServerCluster {
  private constructor(readonly server: ServerProcess) {}

  static async start(env: Record<string, string>): Promise<ServerCluster> {
    return new ServerCluster(await startServer(env));
  }

  get url(): string {
    return this.server.url;
  }

  /** The log lines with this message. */
  logged(message: string): LogLine[] {
    const lines = this.server.output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return lines.map((line) => JSON.parse(line) as LogLine).filter(({ msg }) => msg === message);
  }

  /** The process ids of the workers that are listening, by their numbers. */
  get listening(): Map<number, number> {
    const started = this.logged('cluster: worker listening').map(
      ({ worker, pid }) => [worker!, pid!] as const,
    );
    return new Map(started.filter(([, pid]) => isAlive(pid)));
  }

  /** Waits until four workers are listening. @returns their process ids */
  async processIds(): Promise<number[]> {
    await until('four workers are listening', () => this.listening.size === 4);
    return [...this.listening.values()];
  }

  /** Kills a worker. */
  kill(worker: number): void {
    process.kill(this.listening.get(worker)!, 'SIGKILL');
  }
}

/** Whether the process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The worker that owns a session. */
export function workerOf(sid: string | undefined): number {
  return Number(sid?.split('.')[0]);
}
