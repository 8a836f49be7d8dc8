import { freePort } from '../../tests/support/free-port.js';
import { type ServerProcess, startServer } from '../../tests/support/server-process.js';
import { until } from '../../tests/support/until.js';
import type { Lane } from './faults.js';

const UNLIMITED = {
  LIMIT_MESSAGES: '0',
  LIMIT_JOINS: '0',
  LIMIT_REQUESTS: '0',
  LIMIT_FRAMES: '0',
  LIMIT_SOCKETS: '0',
};

/** A server process that has the same address after each start. */
export class ChaosServer {
  readonly #env: Record<string, string>;
  #process: ServerProcess;

  private constructor(env: Record<string, string>, process: ServerProcess) {
    this.#env = env;
    this.#process = process;
  }

  static async start(env: Record<string, string>): Promise<ChaosServer> {
    const complete = { ...env, ...UNLIMITED, PORT: String(await freePort()), LOG_LEVEL: 'warn' };
    return new ChaosServer(complete, await startServer(complete));
  }

  get url(): string {
    return this.#process.url;
  }

  /** Resolves when the server is ready. @throws Error after `ms` */
  async ready(ms: number): Promise<void> {
    const isReady = () =>
      fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
        ({ ok }) => ok,
        () => false,
      );
    await until('a server is ready', isReady, ms);
  }

  async kill(): Promise<void> {
    await this.#process.end('SIGKILL');
  }

  async restart(): Promise<void> {
    this.#process = await startServer(this.#env);
  }

  freeze(): void {
    void this.#process.end('SIGSTOP');
  }

  thaw(): void {
    void this.#process.end('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.#process.end('SIGKILL');
  }
}

export function serverLane(servers: readonly ChaosServer[]): Lane {
  return {
    name: 'servers',
    pause: [2_000, 6_000],
    faults: [
      {
        name: 'kill a server',
        duration: [0, 2_000],
        begin: async (pick) => {
          const server = servers[pick(servers.length)]!;
          await server.kill();
          return () => server.restart();
        },
      },
      {
        name: 'freeze a server (SIGSTOP)',
        duration: [500, 8_000],
        begin: async (pick) => {
          const server = servers[pick(servers.length)]!;
          server.freeze();
          return async () => server.thaw();
        },
      },
    ],
  };
}
