import { setTimeout as wait } from 'node:timers/promises';
import type { AmqpConfig } from '../config/config.js';
import type { Database } from '../database/connection/database.js';
import { CommandOutbox } from '../database/tables/command-outbox.js';
import type { Messages } from '../database/tables/messages.js';
import type { ConnectionStatus } from '../lib/connection-status.js';
import { ReconnectingConnection } from '../lib/reconnecting-connection.js';
import { ChatError } from '../protocol/errors.js';
import type { Message } from '../protocol/message.js';
import type { CommandNotices, Notice } from '../rooms/command-notices.js';
import type { Log } from '../telemetry/logger.js';
import { Announcements, type BotCommand } from './announcements.js';
import { ReplyIds } from './bot-reply.js';
import { type BrokerLink, type BrokerLinkListener, openBrokerLink } from './broker-link.js';
import { commandName } from './command.js';
import { COMMAND_LIFETIME_MS, CommandTokens } from './command-tokens.js';
import { CommandWaiters } from './command-waiters.js';
import { Dispatcher } from './dispatcher.js';
import { ReplyAuthorizer, type ReplyAuthorizerDependencies } from './reply-authorizer.js';
import { ReplyWriter } from './reply-writer.js';
import { type Depths, topologyOf } from './topology.js';
import { noSuchCommand } from './unserved-command.js';

const MAX_RETRY_MS = 5_000;
const DISPATCH_TIMEOUT_MS = 2_000;
const CLAIM_MS = 60_000;
/** Milliseconds for the copy of a command that no bot has bound a queue for, after its dispatch. */
const UNBOUND_TIMEOUT_MS = 2_000;
/** Milliseconds after connecting in which bots reconnect too, and announce their commands: they do so every ten seconds. */
const BOTS_GRACE_MS = 15_000;
/** Milliseconds for commands and replies in flight when the server stops. */
const STOP_TIMEOUT_MS = 2_000;
/** Milliseconds for the broker to report the depths of its queues. */
const DEPTHS_TIMEOUT_MS = 1_000;

const unavailable = () =>
  new ChatError('bots-unavailable', 'the bots are unavailable: your command is sent to them later');

export interface BotsOptions {
  /** Milliseconds between two attempts to reach the broker, or to write a reply, at most. */
  maxRetryMs?: number;
  /** Milliseconds for which a sender waits for the broker's confirmation, at most. */
  dispatchTimeoutMs?: number;
  /** Milliseconds after which other processes take over a command that was claimed and not dispatched. */
  claimMs?: number;
  /** Milliseconds after connecting in which no command is reported as unknown. */
  graceMs?: number;
  /** The time in milliseconds since 1970. */
  now?: () => number;
}

export interface BotsDependencies extends Omit<ReplyAuthorizerDependencies, 'tokens' | 'ids' | 'secret'> {
  database: Database;
  messages: Pick<Messages, 'insert'>;
  log: Log;
  /** Signs the tokens of commands; the ids of replies are derived from it. */
  secret: string;
}

/**
 * Connects the chat with bots over an AMQP broker such as RabbitMQ: messages that are commands are dispatched, replies
 * become messages. The chat works without bots and without the broker.
 */
export class Bots implements CommandNotices {
  readonly #announcements: Announcements;
  readonly #dispatcher: Dispatcher;
  readonly #replies: ReplyWriter;
  readonly #connection: ReconnectingConnection<BrokerLink>;
  readonly #dispatchTimeoutMs: number;
  readonly #graceMs: number;
  readonly #now: () => number;
  /** For the copies of commands that were routed to no queue of a bot's own. */
  readonly #unbound = new CommandWaiters();
  #connectedAt = 0;

  constructor(
    config: AmqpConfig,
    { database, messages, log, secret, ...rights }: BotsDependencies,
    options: BotsOptions = {},
  ) {
    const { maxRetryMs = MAX_RETRY_MS, claimMs = CLAIM_MS, now = Date.now } = options;
    this.#graceMs = options.graceMs ?? BOTS_GRACE_MS;
    this.#now = now;
    this.#dispatchTimeoutMs = options.dispatchTimeoutMs ?? DISPATCH_TIMEOUT_MS;
    const topology = topologyOf(config);
    const tokens = new CommandTokens(secret, now);
    this.#announcements = new Announcements(now);
    const commands = new CommandOutbox(database, log, { lifetimeMs: COMMAND_LIFETIME_MS, claimMs });
    this.#dispatcher = new Dispatcher({ commands, topology, tokens, log, sweepMs: claimMs / 2 });
    const ids = new ReplyIds(secret);
    const authorizer = new ReplyAuthorizer({ ...rights, tokens, ids, secret: config.botSecret });
    this.#replies = new ReplyWriter({
      limits: rights.limits,
      messages,
      authorizer,
      topology,
      log,
      maxRetryMs,
    });
    const listener: BrokerLinkListener = {
      reply: (link, delivery) => this.#replies.receive(link, delivery),
      announcement: (content) => this.#announcements.add(content),
      unbound: (id) => this.#unbound.resolve(id),
    };
    this.#connection = new ReconnectingConnection(
      {
        open: (onLost) => openBrokerLink(config.url, topology, listener, onLost),
        close: (link) => link.drop(new Error('stopped')),
      },
      { name: 'broker', log, maxDelayMs: maxRetryMs },
      {
        up: (link) => {
          this.#connectedAt = now();
          this.#dispatcher.attach(link);
        },
        down: () => {
          this.#dispatcher.detach();
          this.#unbound.rejectAll();
        },
      },
    );
  }

  get status(): ConnectionStatus {
    return this.#connection.status;
  }

  /** Number of commands that the broker has not confirmed yet. */
  get commandsInFlight(): number {
    return this.#dispatcher.size;
  }

  /** Number of replies that are being written. */
  get repliesInFlight(): number {
    return this.#replies.inFlight;
  }

  /** Messages in the queues of the broker; null if it does not report them in time. */
  async depths(): Promise<Depths | null> {
    const depths = this.#connection.link?.depths().catch(() => null) ?? null;
    return Promise.race([depths, wait(DEPTHS_TIMEOUT_MS, null, { ref: false })]);
  }

  start(): void {
    this.#dispatcher.start();
    this.#connection.start();
  }

  /** The commands of the bots that are running. */
  list(): BotCommand[] {
    return this.#announcements.list();
  }

  noticeFor(message: Message): Notice {
    const name = commandName(message);
    if (name === null) return null;
    return this.#connection.link ? this.#noticeOf(name, message.id) : unavailable();
  }

  /**
   * A command is known to be unserved when it was dispatched, no running bot announces it, it was routed to no queue of a
   * bot's own, and no bot consumes the shared queue. In doubt there is no notice.
   */
  async #noticeOf(name: string, id: string): Promise<ChatError | null> {
    if (!(await this.#dispatcher.waiters.wait(id, this.#dispatchTimeoutMs))) return unavailable();
    if (this.#announcements.has(name) || this.#now() - this.#connectedAt < this.#graceMs) return null;
    if (!(await this.#unbound.wait(id, UNBOUND_TIMEOUT_MS))) return null;
    const hasConsumers = await this.#connection.link?.hasConsumers().catch(() => true);
    const known = this.list().map(({ command }) => command);
    return hasConsumers === false ? noSuchCommand(name, known) : null;
  }

  /** Takes no more replies, finishes what is in flight within `STOP_TIMEOUT_MS`, and closes the link. */
  async stop(): Promise<void> {
    const written = this.#connection.link?.stopConsuming().then(() => this.#replies.stop());
    const timeout = wait(STOP_TIMEOUT_MS, undefined, { ref: false });
    await Promise.all([
      Promise.race([written, timeout]).catch(() => {}),
      this.#dispatcher.stop(STOP_TIMEOUT_MS),
    ]);
    await this.#connection.stop();
    await this.#replies.stop();
  }
}
