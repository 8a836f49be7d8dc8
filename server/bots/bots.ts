import { setTimeout as wait } from 'node:timers/promises';
import type { AmqpConfig } from '../config.js';
import type { Messages } from '../database/messages.js';
import { ChatError } from '../errors.js';
import type { Log } from '../log.js';
import type { Message } from '../message.js';
import type { Commands } from '../rooms/commands.js';
import { Announcements, type BotCommand } from './announcements.js';
import { AnswerRights, type AnswerRightsParts } from './answer-rights.js';
import { Answers } from './answers.js';
import { commandName } from './command.js';
import { CommandQueue } from './command-queue.js';
import { CommandTokens } from './command-tokens.js';
import { type BrokerStatus, Connection } from './connection.js';
import { topologyOf } from './topology.js';

/** Milliseconds at a stop for what is on its way. */
const FAREWELL = 2_000;

export interface BotsOptions {
  /** Milliseconds between attempts to reach the broker, or to write an answer, at most. */
  longestWaitMs?: number;
  /** Commands that wait for the broker at most. */
  capacity?: number;
  /** Milliseconds for which a sender waits for the broker's confirmation at most. */
  patienceMs?: number;
}

export interface BotsParts extends Omit<AnswerRightsParts, 'tokens' | 'secret'> {
  messages: Pick<Messages, 'insert'>;
  log: Log;
  /** What tokens of commands are signed with. */
  secret: string;
}

/**
 * The way to bots and back, over an AMQP broker such as RabbitMQ: messages that are commands go out, answers come in.
 * The chat needs neither: it goes on while the broker is away.
 */
export class Bots implements Commands {
  private readonly announcements = new Announcements();
  private readonly queue: CommandQueue;
  private readonly answers: Answers;
  private readonly connection: Connection;

  constructor(
    config: AmqpConfig,
    { messages, log, secret, ...rights }: BotsParts,
    options: BotsOptions = {},
  ) {
    const { longestWaitMs = 5_000, capacity = 10_000, patienceMs = 2_000 } = options;
    const topology = topologyOf(config);
    const tokens = new CommandTokens(secret);
    this.queue = new CommandQueue(topology, tokens, { capacity, patienceMs });
    this.answers = new Answers({
      messages,
      rights: new AnswerRights({ ...rights, tokens, secret: config.botSecret }),
      topology,
      log,
      longestWaitMs,
    });
    this.connection = new Connection(
      { url: config.url, topology, log, longestWaitMs },
      {
        opened: (link) => this.queue.opened(link),
        lost: () => this.queue.lost(),
        answer: (link, delivery) => this.answers.receive(link, delivery),
        announcement: (content) => this.announcements.learn(content),
      },
    );
  }

  get status(): BrokerStatus {
    return this.connection.status;
  }

  /** Commands that the broker does not have yet. */
  get waiting(): number {
    return this.queue.size;
  }

  start(): void {
    this.connection.start();
  }

  /** The commands of the bots that are there. */
  list(): BotCommand[] {
    return this.announcements.list();
  }

  async pass(message: Message): Promise<ChatError | null> {
    if (commandName(message) === null) return null;
    const fate = await this.queue.pass(message);
    if (fate === 'passed') return null;
    const what = fate === 'waiting' ? 'your command waits for them' : 'too many commands wait already';
    return new ChatError('bots-away', `the bots cannot be reached at the moment: ${what}`);
  }

  /** Takes no more answers, finishes what is on its way as far as that goes quickly, and ends the link. */
  async stop(): Promise<void> {
    const { link } = this.connection;
    if (link) {
      const done = link.stopConsuming().then(() => Promise.all([this.answers.stop(), this.queue.empty()]));
      await Promise.race([done, wait(FAREWELL, undefined, { ref: false })]).catch(() => {});
    }
    await this.connection.stop();
    await this.answers.stop();
  }
}
