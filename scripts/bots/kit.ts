/**
 * Runs a bot: takes commands from the broker, answers each once, announces the bot, and reconnects when the connection
 * is lost. docs/bots.md describes the messages.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Command } from '../../server/bots/command.js';
import type { Topology } from '../../server/bots/topology.js';
import { Backoff } from '../../server/lib/backoff.js';
import type { Bot } from './bot.js';
import { type BrokerConnection, connectToBroker } from './broker-connection.js';
import { type BotQueues, declareQueues, publish, queuesOf, republishUnclaimed } from './queues.js';

/** The server removes a bot from its list after 35,000 ms without an announcement. */
const ANNOUNCE_INTERVAL_MS = 10_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;
/** Commands that a bot answers concurrently. */
const PREFETCH = 32;
/** Answers that a bot keeps, for commands that are delivered twice. */
const MAX_KEPT_ANSWERS = 10_000;

export interface BotOptions {
  /** Of the AMQP broker. */
  url: string;
  /** The queues and exchanges of the server. */
  topology: Topology;
  log(line: string): void;
}

/** Starts a bot. @returns a function that resolves when the connection is closed */
export function runBot(bot: Bot, options: BotOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = new BotRunner(bot, options, stopping.signal).run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

class BotRunner {
  readonly #bot: Bot;
  readonly #options: BotOptions;
  readonly #queues: BotQueues;
  readonly #signal: AbortSignal;
  /** By command id. Promises, because a command can be delivered again while it is being answered. */
  readonly #answers = new Map<string, Promise<string | null>>();

  constructor(bot: Bot, options: BotOptions, signal: AbortSignal) {
    this.#bot = bot;
    this.#options = options;
    this.#queues = queuesOf(options.topology, bot.command);
    this.#signal = signal;
  }

  /** Resolves after the signal, when the connection is closed. */
  async run(): Promise<void> {
    const signal = this.#signal;
    const backoff = new Backoff(FIRST_RETRY_MS, LONGEST_RETRY_MS);
    while (!signal.aborted) {
      const openedAt = Date.now();
      const reason = await this.#serve();
      if (signal.aborted) return;
      this.#options.log(`The broker is unavailable (${reason})`);
      if (Date.now() - openedAt > LONGEST_RETRY_MS) backoff.reset();
      await pause(backoff.next(), undefined, { signal }).catch(() => {});
    }
  }

  /** Serves over one connection until it ends. @returns the reason of the end */
  async #serve(): Promise<string> {
    const reasons: string[] = [];
    const note = (error: Error) => void reasons.push(error.message);
    let connection: BrokerConnection | null = null;
    let announcing: NodeJS.Timeout | undefined;
    const close = () => void connection?.close();
    try {
      connection = await connectToBroker(this.#options.url, note);
      this.#signal.addEventListener('abort', close);
      if (!this.#signal.aborted) {
        const channel = await connection.model.createConfirmChannel();
        // When the broker closes the channel, the connection is closed as well and opened again.
        channel.on('error', note);
        channel.on('close', close);
        announcing = await this.#consume(channel, close);
        this.#options.log(`/${this.#bot.command} is listening`);
        await connection.closed;
      }
    } catch (error) {
      note(error as Error);
    }
    clearInterval(announcing);
    this.#signal.removeEventListener('abort', close);
    await connection?.close();
    return reasons[0] ?? 'the connection was closed';
  }

  /** Takes commands. @returns the timer of the announcements */
  async #consume(channel: ConfirmChannel, close: () => void): Promise<NodeJS.Timeout> {
    const { command, usage, help } = this.#bot;
    await declareQueues(channel, this.#queues, command);
    await channel.prefetch(PREFETCH);
    // The broker returns what no queue takes: one was deleted. The next connection declares it again.
    channel.on('return', close);
    await channel.consume(this.#queues.own, (delivery) =>
      delivery ? void this.#take(channel, delivery, close) : close(),
    );
    await republishUnclaimed(channel, this.#queues);
    const announcement = toJson({ command, usage, help });
    const announce = () => publish(channel, this.#queues.announcements, '', announcement, {});
    await announce();
    return setInterval(() => {
      announce().catch((error: Error) => this.#options.log(error.message));
    }, ANNOUNCE_INTERVAL_MS);
  }

  /** Publishes the answer to a command, then acknowledges the command. */
  async #take(channel: ConfirmChannel, delivery: ConsumeMessage, close: () => void): Promise<void> {
    const { replies, durable } = this.#queues;
    try {
      const answer = await this.#answerTo(delivery);
      if (answer) {
        const options = { persistent: durable, mandatory: true, contentType: 'application/json' };
        await publish(channel, '', replies, toJson(answer), { ...options, messageId: answer.id });
      }
      channel.ack(delivery);
    } catch (error) {
      // Not acknowledged: the broker delivers the command again over the next connection.
      this.#options.log(`An answer was not delivered: ${(error as Error).message}`);
      close();
    }
  }

  /** @returns the message for the server, the same when the command is delivered again; null for no answer */
  async #answerTo({ content }: ConsumeMessage) {
    try {
      // Not checked: a command of another form makes the lines below throw.
      const command = JSON.parse(content.toString()) as Command;
      const { chatroom, token, id } = command;
      const text = await this.#textFor(command);
      return text === null ? null : { chatroom, token, message: text, id, name: this.#bot.name };
    } catch (error) {
      this.#options.log(`A command could not be answered: ${(error as Error).message}`);
      return null;
    }
  }

  #textFor(command: Command): Promise<string | null> {
    const { id, message } = command;
    const kept = this.#answers.get(id);
    if (kept) return kept;
    const argument = message.replace(/^\/[\w-]+[\s=:]*/, '').trim();
    const text = Promise.resolve(this.#bot.answer(argument, command));
    // Other programs may publish commands without an id.
    if (id === undefined) return text;
    this.#answers.set(id, text);
    text.catch(() => this.#answers.delete(id));
    if (this.#answers.size > MAX_KEPT_ANSWERS) {
      const [oldest] = this.#answers.keys();
      if (oldest !== undefined) this.#answers.delete(oldest);
    }
    return text;
  }
}

function toJson(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
