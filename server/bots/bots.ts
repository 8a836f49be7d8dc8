import { setTimeout as wait } from 'node:timers/promises';
import type { AmqpConfig } from '../config.js';
import type { Messages } from '../database/messages.js';
import { ChatError } from '../errors.js';
import type { Log } from '../log.js';
import type { Message } from '../message.js';
import type { Commands } from '../rooms/commands.js';
import { Announcements, type BotCommand } from './announcements.js';
import { AnswerIds } from './answer.js';
import { AnswerRights, type AnswerRightsParts } from './answer-rights.js';
import { Answers } from './answers.js';
import { commandName } from './command.js';
import { CommandQueue } from './command-queue.js';
import { CommandTokens } from './command-tokens.js';
import { type BrokerStatus, Connection } from './connection.js';
import { type Depths, topologyOf } from './topology.js';

/** Milliseconds at a stop for what is on its way. */
const FAREWELL = 2_000;
/** Milliseconds for the broker to say how much waits in its queues. */
const DEPTHS_MS = 1_000;

export interface BotsOptions {
  /** Milliseconds between attempts to reach the broker, or to write an answer, at most. */
  longestWaitMs?: number;
  /** Commands that wait for the broker at most. */
  capacity?: number;
  /** Milliseconds for which a sender waits for the broker's confirmation at most. */
  patienceMs?: number;
  /** The time, in milliseconds since 1970. */
  now?: () => number;
}

export interface BotsParts extends Omit<AnswerRightsParts, 'tokens' | 'ids' | 'secret'> {
  messages: Pick<Messages, 'insert'>;
  log: Log;
  /** What tokens of commands are signed with, and ids of answers made of. */
  secret: string;
}

/**
 * The way to bots and back, over an AMQP broker such as RabbitMQ: messages that are commands go out, answers come in.
 * The chat needs neither: it goes on while the broker is away.
 */
export class Bots implements Commands {
  private readonly announcements: Announcements;
  private readonly queue: CommandQueue;
  private readonly answers: Answers;
  private readonly connection: Connection;

  constructor(
    config: AmqpConfig,
    { messages, log, secret, ...rights }: BotsParts,
    options: BotsOptions = {},
  ) {
    const { longestWaitMs = 5_000, capacity = 10_000, patienceMs = 2_000, now = Date.now } = options;
    const topology = topologyOf(config);
    const tokens = new CommandTokens(secret, now);
    this.announcements = new Announcements(now);
    this.queue = new CommandQueue(topology, tokens, { capacity, patienceMs });
    this.answers = new Answers({
      messages,
      rights: new AnswerRights({ ...rights, tokens, ids: new AnswerIds(secret), secret: config.botSecret }),
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

  /** Answers that are being written. */
  get answersInFlight(): number {
    return this.answers.inFlight;
  }

  /** Messages that wait in the broker's queues; null while it does not say. */
  async depths(): Promise<Depths | null> {
    const { link } = this.connection;
    const depths = link?.depths().catch(() => null) ?? null;
    return Promise.race([depths, wait(DEPTHS_MS, null, { ref: false })]);
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
