import { Counter, Gauge, type Registry } from 'prom-client';
import { diagnostics } from '../diagnostics-channels.js';
import { PREFIX } from './registry.js';

/** What is asked of the way to bots at the moment of asking for metrics. */
export interface MeasuredBots {
  readonly status: { state: string };
  readonly commandsInFlight: number;
  readonly answersInFlight: number;
  /** Null while the broker does not say. */
  depths(): Promise<Record<string, number> | null>;
}

/** Adds the numbers of bots and their broker, for a process that has one. */
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
  gauge('up', '1 while the broker can be reached', () => Number(bots.status.state === 'up'));
  gauge('commands_in_flight', 'Commands that the broker has not confirmed yet', () => bots.commandsInFlight);
  gauge('answers_in_flight', 'Answers that are being written', () => bots.answersInFlight);
  new Gauge({
    name: `${PREFIX}amqp_queue_messages`,
    help: 'Messages that wait in the queues of the broker; none of those in queues of single bots',
    labelNames: ['queue'],
    registers,
    async collect() {
      this.reset();
      for (const [queue, depth] of Object.entries((await bots.depths()) ?? {})) this.set({ queue }, depth);
    },
  });

  const commands = new Counter({
    name: `${PREFIX}amqp_commands_total`,
    help: 'Commands that were passed to the broker',
    registers,
  });
  const answers = new Counter({
    name: `${PREFIX}amqp_answers_total`,
    help: 'Answers that were written, were there already (repeated), or cannot be used (rejected)',
    labelNames: ['fate'],
    registers,
  });
  diagnostics.commandPassed.subscribe(() => commands.inc());
  diagnostics.answer.subscribe((event) => answers.inc(event));
}
