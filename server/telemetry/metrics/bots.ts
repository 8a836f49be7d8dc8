import { Counter, Gauge, type Registry } from 'prom-client';
import { diagnostics } from '../diagnostics-channels.js';
import { PREFIX } from './registry.js';

/** The state of the connection to bots, read whenever metrics are collected. */
export interface MeasuredBots {
  readonly status: { state: string };
  readonly commandsInFlight: number;
  readonly repliesInFlight: number;
  /** Messages in each queue; null while the broker does not answer. */
  depths(): Promise<Record<string, number> | null>;
}

/** Adds the metrics of bots and their broker to the registry of a process that uses a broker. */
export function measureBots(registry: Registry, bots: MeasuredBots): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `${PREFIX}amqp_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('up', '1 while the broker is connected, else 0', () => Number(bots.status.state === 'up'));
  gauge('commands_in_flight', 'Commands that the broker has not confirmed yet', () => bots.commandsInFlight);
  gauge('replies_in_flight', 'Replies of bots that are being stored', () => bots.repliesInFlight);
  new Gauge({
    name: `${PREFIX}amqp_queue_messages`,
    help: 'Messages in the queues of the broker, except the queues of single bots',
    labelNames: ['queue'],
    registers,
    async collect() {
      this.reset();
      for (const [queue, depth] of Object.entries((await bots.depths()) ?? {})) this.set({ queue }, depth);
    },
  });

  const commands = new Counter({
    name: `${PREFIX}amqp_commands_total`,
    help: 'Commands that the broker has confirmed',
    registers,
  });
  const replies = new Counter({
    name: `${PREFIX}amqp_replies_total`,
    help: 'Replies of bots by outcome: stored now (written), stored before (repeated), or rejected',
    labelNames: ['outcome'],
    registers,
  });
  diagnostics.commandPassed.subscribe(() => commands.inc());
  diagnostics.reply.subscribe((event) => replies.inc(event));
}
