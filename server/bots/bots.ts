import { setTimeout as wait } from 'node:timers/promises';
import type { AmqpConfig } from '../config/config.js';
import type { Database } from '../database/connection/database.js';
import { CommandOutbox } from '../database/tables/command-outbox.js';
import type { Messages } from '../database/tables/messages.js';
import { ChatError } from '../protocol/errors.js';
import type { Message } from '../protocol/message.js';
import type { CommandNotices, Notice } from '../rooms/command-notices.js';
import type { Log } from '../telemetry/logger.js';
import { Announcements, type BotCommand } from './announcements.js';
import { AnswerIds } from './answer.js';
import { Answers } from './answers.js';
import { BrokerConnection, type BrokerStatus } from './broker-connection.js';
import { commandName } from './command.js';
import { COMMAND_LIFETIME, CommandTokens } from './command-tokens.js';
import { Dispatcher } from './dispatcher.js';
import { ReplyAuthorizer, type ReplyAuthorizerDependencies } from './reply-authorizer.js';
import { type Depths, topologyOf } from './topology.js';

/** Milliseconds at a stop for what is on its way. */
const FAREWELL = 2_000;
/** Milliseconds for the broker to say how much waits in its queues. */
const DEPTHS_MS = 1_000;

export interface BotsOptions {
  /** Milliseconds between attempts to reach the broker, or to write an answer, at most. */
  longestWaitMs?: number;
  /** Milliseconds for which a sender waits for the broker's confirmation at most. */
  patienceMs?: number;
  /** Milliseconds after which other processes take over what one has claimed and not passed on. */
  claimMs?: number;
  /** The time, in milliseconds since 1970. */
  now?: () => number;
}

export interface BotsDependencies extends Omit<ReplyAuthorizerDependencies, 'tokens' | 'ids' | 'secret'> {
  database: Database;
  messages: Pick<Messages, 'insert'>;
  log: Log;
  /** What tokens of commands are signed with, and ids of answers made of. */
  secret: string;
}

/**
 * The way to bots and back, over an AMQP broker such as RabbitMQ: messages that are commands go out, answers come in.
 * The chat needs neither: it goes on while the broker is away.
 */
export class Bots implements CommandNotices {
  readonly #announcements: Announcements;
  readonly #dispatcher: Dispatcher;
  readonly #answers: Answers;
  readonly #connection: BrokerConnection;
  readonly #patienceMs: number;

  constructor(
    config: AmqpConfig,
    { database, messages, log, secret, ...rights }: BotsDependencies,
    options: BotsOptions = {},
  ) {
    const { longestWaitMs = 5_000, patienceMs = 2_000, claimMs = 60_000, now = Date.now } = options;
    this.#patienceMs = patienceMs;
    const topology = topologyOf(config);
    const tokens = new CommandTokens(secret, now);
    this.#announcements = new Announcements(now);
    const commands = new CommandOutbox(database, log, { lifetimeMs: COMMAND_LIFETIME, claimMs });
    this.#dispatcher = new Dispatcher({ commands, topology, tokens, log, sweepMs: claimMs / 2 });
    this.#answers = new Answers({
      limits: rights.limits,
      messages,
      rights: new ReplyAuthorizer({
        ...rights,
        tokens,
        ids: new AnswerIds(secret),
        secret: config.botSecret,
      }),
      topology,
      log,
      longestWaitMs,
    });
    this.#connection = new BrokerConnection(
      { url: config.url, topology, log, longestWaitMs },
      {
        opened: (link) => this.#dispatcher.opened(link),
        lost: () => this.#dispatcher.lost(),
        answer: (link, delivery) => this.#answers.receive(link, delivery),
        announcement: (content) => this.#announcements.learn(content),
      },
    );
  }

  get status(): BrokerStatus {
    return this.#connection.status;
  }

  /** Commands that the broker has not confirmed yet. */
  get commandsInFlight(): number {
    return this.#dispatcher.size;
  }

  /** Answers that are being written. */
  get answersInFlight(): number {
    return this.#answers.inFlight;
  }

  /** Messages that wait in the broker's queues; null while it does not say. */
  async depths(): Promise<Depths | null> {
    const { link } = this.#connection;
    const depths = link?.depths().catch(() => null) ?? null;
    return Promise.race([depths, wait(DEPTHS_MS, null, { ref: false })]);
  }

  start(): void {
    this.#dispatcher.start();
    this.#connection.start();
  }

  /** The commands of the bots that are there. */
  list(): BotCommand[] {
    return this.#announcements.list();
  }

  noticeFor(message: Message): Notice {
    if (commandName(message) === null) return null;
    const unavailable = new ChatError(
      'bots-unavailable',
      'the bots cannot be reached at the moment: your command waits for them',
    );
    if (!this.#connection.link) return unavailable;
    const dispatched = this.#dispatcher.waiters.wait(message.id, this.#patienceMs);
    return dispatched.then((isDispatched) => (isDispatched ? null : unavailable));
  }

  /** Takes no more answers, finishes what is on its way as far as that goes quickly, and ends the link. */
  async stop(): Promise<void> {
    const { link } = this.#connection;
    const answered = link?.stopConsuming().then(() => this.#answers.stop());
    const late = wait(FAREWELL, undefined, { ref: false });
    await Promise.all([Promise.race([answered, late]).catch(() => {}), this.#dispatcher.stop(FAREWELL)]);
    await this.#connection.stop();
    await this.#answers.stop();
  }
}
