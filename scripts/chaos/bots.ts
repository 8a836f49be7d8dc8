import { ReplyIds } from '../../server/bots/bot-reply.js';
import type { Message } from '../../server/protocol/message.js';
import { type BotProcess, startBots } from '../../tests/bots/bot-process.js';
import { startRabbitmq } from '../../tests/support/rabbitmq-server.js';
import type { Lane } from './faults.js';
import type { Ledger } from './ledger.js';

const BOT = 'roll';

/** A broker and a bot with faults. */
export interface ChaosBots {
  /** The settings of the broker, for servers and bots. */
  env: Record<string, string>;
  lane: Lane;
  /** Starts the bot with the settings of the servers. */
  start(env: Record<string, string>): Promise<void>;
  /** @returns the body of a command */
  command(): string;
  /** Each acknowledged command must have exactly one answer. @returns a line for each that is missing or surplus */
  differences(ledger: Ledger, table: readonly Message[], secret: string): string[];
  stop(): Promise<void>;
}

export async function startChaosBots(): Promise<ChaosBots> {
  const broker = await startRabbitmq();
  const env = { AMQP_URL: broker.url, AMQP_DURABLE: 'true' };
  let bots: BotProcess | null = null;
  let settings: Record<string, string> = {};
  return {
    env,
    start: async (given) => {
      settings = given;
      bots = await startBots([BOT], settings);
    },
    command: () => `/${BOT} 2d6`,
    differences: ({ messages }, table, secret) => {
      const ids = new ReplyIds(secret);
      const answers = new Set(table.filter(({ kind }) => kind === 'bot').map(({ id }) => id));
      const expected = new Map(
        [...messages]
          .filter(([, { body }]) => body?.startsWith('/'))
          .map(([id, { room }]) => [ids.of(room, id), id]),
      );
      const missing = [...expected].filter(([answer]) => !answers.has(answer));
      const surplus = [...answers].filter((answer) => !expected.has(answer));
      return [
        ...missing.map(([, id]) => `the command ${id} has no answer`),
        ...surplus.map((answer) => `the answer ${answer} belongs to no acknowledged command`),
      ];
    },
    lane: {
      name: 'broker',
      pause: [3_000, 10_000],
      faults: [
        {
          name: 'kill the broker',
          duration: [0, 2_000],
          begin: async () => {
            await broker.kill();
            return () => broker.restart();
          },
        },
        {
          name: 'freeze the broker (SIGSTOP)',
          duration: [500, 5_000],
          begin: async () => {
            broker.signal('SIGSTOP');
            return async () => broker.signal('SIGCONT');
          },
        },
        {
          name: 'kill the bot',
          duration: [0, 2_000],
          begin: async () => {
            await bots?.end('SIGKILL');
            return async () => {
              bots = await startBots([BOT], settings);
            };
          },
        },
      ],
    },
    stop: async () => {
      await bots?.end('SIGKILL');
      await broker.stop();
    },
  };
}
