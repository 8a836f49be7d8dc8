import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { jsonOf } from '../http/client.js';
import { skipWithout } from '../support/programs.js';
import { type RabbitmqServer, startRabbitmq } from '../support/rabbitmq-server.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { SocketClient } from '../support/socket-client.js';
import { until } from '../support/until.js';
import { Deployment } from './deployment.js';

interface Stop {
  how: string;
  command: string[];
  signal: NodeJS.Signals;
  to: 'first' | 'all';
}

const SERVER = ['node', 'dist/server/main.js'];
// Without `prestart`: the tests run after a build.
const NPM = ['npm', 'start', '--ignore-scripts'];
const STOPS: Stop[] = [
  { how: 'SIGTERM of a supervisor', command: SERVER, signal: 'SIGTERM', to: 'first' },
  { how: 'Ctrl+C of npm start', command: NPM, signal: 'SIGINT', to: 'all' },
  {
    how: 'Ctrl+C of npm start with bash',
    command: [...NPM, '--script-shell=bash'],
    signal: 'SIGINT',
    to: 'all',
  },
  { how: 'SIGTERM to npm start', command: NPM, signal: 'SIGTERM', to: 'first' },
  {
    how: 'SIGTERM to all processes, as at Heroku',
    command: ['bash', 'tunnel-and-serve.sh'],
    signal: 'SIGTERM',
    to: 'all',
  },
  { how: 'SIGTERM to npm run dev', command: ['npm', 'run', 'dev'], signal: 'SIGTERM', to: 'first' },
];

/** Pino's level of a warning. */
const WARN = 40;

/** The lines of an output that are not log lines below `WARN`. */
function complaintsIn(output: string): string[] {
  return output.split('\n').filter((line) => {
    if (line.trim() === '') return false;
    try {
      return JSON.parse(line).level >= WARN;
    } catch {
      return true;
    }
  });
}

/** A server with clients of each kind in rooms, which write. */
class BusyServer {
  readonly #server: Deployment;
  readonly #sockets: SocketClient[] = [];
  readonly #requests = new AbortController();

  private constructor(server: Deployment) {
    this.#server = server;
  }

  static async start(env: Record<string, string>, command: string[]): Promise<BusyServer> {
    const home = { npm_config_update_notifier: 'false', HOME: process.env.HOME ?? '/' };
    const server = await Deployment.start({ ...home, ...env }, command);
    // `npm run dev` builds first.
    await server.says('Changeroom is at', 60_000);
    await server.isReady();
    const busy = new BusyServer(server);
    if (env.AMQP_URL)
      await until('the broker is connected', async () => {
        const { dependencies } = await jsonOf(await fetch(`${server.url}/readyz`));
        return dependencies.amqp.state === 'up' && dependencies.redis.state === 'up';
      });
    await Promise.all([0, 1, 2, 3].map((n) => busy.#enter(`room-${n % 2}`)));
    await busy.#poll();
    await fetch(`${server.url}/api/rooms/room-0/events`, { signal: busy.#requests.signal });
    return busy;
  }

  async #enter(room: string): Promise<void> {
    const socket = await SocketClient.open(this.#server.url);
    this.#sockets.push(socket);
    await socket.ask({ type: 'joinRoom', room });
    socket.send({ type: 'typing', room });
    await socket.ask({ type: 'createMessage', message: { room, body: '/roll 2d6' } });
  }

  /** Opens a long-polling session, and leaves a request pending. */
  async #poll(): Promise<void> {
    const { signal } = this.#requests;
    const address = `${this.#server.url}/primus/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(address, { signal })).text()).slice(1)) as { sid: string };
    fetch(`${address}&sid=${sid}`, { signal }).then(
      (response) => response.text(),
      () => {},
    );
  }

  /** Stops the server while messages are written. @returns the exit code and what the server printed since the signal */
  async stop(
    signal: NodeJS.Signals,
    to: 'first' | 'all',
  ): Promise<{ code: number | string; complaints: string[] }> {
    for (const socket of this.#sockets)
      for (const body of ['one', 'two', 'three'])
        socket.send({ type: 'createMessage', message: { room: 'room-0', body } });
    const before = this.#server.output.length;
    const { code, output } = await this.#server.end(signal, to);
    this.#requests.abort();
    for (const socket of this.#sockets) socket.close();
    return { code, complaints: complaintsIn(output.slice(before)) };
  }
}

describe('a busy server that is stopped', () => {
  afterEach(async () => {
    await Deployment.removeAll();
  });

  test.each(STOPS)(
    'a busy server with the embedded database stops without a warning: $how',
    { timeout: 90_000 },
    async (stop) => {
      const server = await BusyServer.start({}, stop.command);
      expect(await server.stop(stop.signal, stop.to)).toEqual({ code: 0, complaints: [] });
    },
  );

  describe('with Redis and RabbitMQ', skipWithout('redis-server', 'rabbitmq-server'), () => {
    let redis: RedisServer;
    let broker: RabbitmqServer;
    beforeAll(async () => {
      [redis, broker] = await Promise.all([startRedis(), startRabbitmq()]);
    });
    afterAll(async () => {
      await broker?.stop();
      await redis?.stop();
    });

    const [term, interrupt] = STOPS as [Stop, Stop];
    const processes = ['1', '2'].flatMap((INSTANCES) =>
      [term, interrupt].map((stop) => ({ ...stop, INSTANCES })),
    );

    test.each(processes)(
      'a busy server with Redis, RabbitMQ and INSTANCES=$INSTANCES stops without a warning: $how',
      async ({ INSTANCES, command, signal, to }) => {
        const env = { INSTANCES, REDIS_URL: redis.url, AMQP_URL: broker.url };
        const server = await BusyServer.start(env, command);
        expect(await server.stop(signal, to)).toEqual({ code: 0, complaints: [] });
      },
    );
  });
});
