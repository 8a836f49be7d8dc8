import { setTimeout as wait } from 'node:timers/promises';
import type { CommandOutbox } from '../database/tables/command-outbox.js';
import { reasonOf } from '../lib/error-reason.js';
import { type ErrorCode, toChatError } from '../protocol/errors.js';
import { comparePositions, type Message } from '../protocol/message.js';
import { diagnostics } from '../telemetry/diagnostics-channels.js';
import type { Log } from '../telemetry/logger.js';
import type { BrokerLink } from './broker-link.js';
import { commandName, toCommand } from './command.js';
import { COMMAND_LIFETIME_MS, type CommandTokens } from './command-tokens.js';
import { CommandWaiters } from './command-waiters.js';
import type { Topology } from './topology.js';

/** Commands that one query claims, or marks as dispatched. */
const BATCH_SIZE = 50;
/** Commands that one query reads. */
const PAGE_SIZE = 1_000;
/** Errors that are logged by the database's connection. */
const DATABASE_ERRORS: readonly ErrorCode[] = ['database-unavailable', 'storage-full'];

export interface DispatcherDependencies {
  commands: CommandOutbox;
  topology: Topology;
  tokens: CommandTokens;
  log: Log;
  /** Milliseconds between two searches for commands that dead processes have claimed. */
  sweepMs: number;
}

/**
 * Dispatches commands to the broker. Commands come from a changefeed of the table `messages`, so any client of the
 * database can write one. A process claims a command in the table `commands` before it publishes it, and marks it there
 * when the broker has confirmed it. Commands that cannot be published stay in the database: once both feed and broker are
 * available, the unclaimed ones are read, after the feed was opened, so that no command is missed. A process that dies
 * between publishing and marking causes a second delivery of the same message.
 */
export class Dispatcher {
  readonly #dependencies: DispatcherDependencies;
  /** For the dispatch of commands, by this process or another one. */
  readonly waiters = new CommandWaiters();
  #link: BrokerLink | null = null;
  #isFollowing = false;
  /** Commands may be unread, unclaimed, or claimed and unconfirmed: they have to be read again. */
  #isBehind = false;
  #unfollow = () => {};
  #timers: NodeJS.Timeout[] = [];

  /** To be claimed. */
  readonly #queued = new Map<string, Message>();
  #claiming: Promise<void> | null = null;
  /** Claimed and not confirmed. */
  readonly #inFlight = new Set<string>();
  /** Confirmed and not marked. */
  readonly #confirmed = new Set<string>();
  #marking: Promise<void> | null = null;
  #onIdle = () => {};

  constructor(dependencies: DispatcherDependencies) {
    this.#dependencies = dependencies;
  }

  /** Number of commands that are being dispatched. Commands that wait for the broker are in the database. */
  get size(): number {
    return this.#queued.size + this.#inFlight.size;
  }

  start(): void {
    const { commands, sweepMs } = this.#dependencies;
    this.#unfollow = commands.follow({
      opened: () => {
        this.#isFollowing = true;
        this.#catchUp();
      },
      lost: () => {
        this.#isFollowing = false;
      },
      written: (message) => this.#enqueue([message]),
    });
    this.#timers = [
      setInterval(() => (this.#isBehind ? this.#catchUp() : this.#reclaim()), sweepMs),
      setInterval(() => void commands.purge().catch(() => {}), COMMAND_LIFETIME_MS),
    ];
  }

  /** The broker is available. */
  attach(link: BrokerLink): void {
    this.#link = link;
    this.#catchUp();
  }

  /** The link to the broker is lost. */
  detach(): void {
    this.#link = null;
    this.#isBehind = true;
    this.#queued.clear();
    this.#inFlight.clear();
    this.#notifyWhenIdle();
    this.waiters.rejectAll();
  }

  /** Takes no more commands. Releases those that the broker does not confirm within `timeoutMs` to other processes. */
  async stop(timeoutMs: number): Promise<void> {
    this.#unfollow();
    for (const timer of this.#timers) clearInterval(timer);
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      this.#notifyWhenIdle();
    });
    await Promise.race([idle, wait(timeoutMs, undefined, { ref: false })]);
    await this.#marking;
    if (this.size > 0 || this.#isBehind) await this.#dependencies.commands.release().catch(() => {});
  }

  /** Reads the commands that were written while feed or broker were unavailable. */
  #catchUp(): void {
    const { commands } = this.#dependencies;
    if (!this.#isFollowing) return;
    void this.#collect(async () => {
      // Claims of commands in flight are still needed.
      if (this.#isBehind && this.#inFlight.size === 0) await commands.release();
      this.#isBehind = false;
      return commands.unclaimed(PAGE_SIZE);
    });
    commands.purge().catch(() => {});
  }

  /** Takes over the claims of dead processes. */
  #reclaim(): void {
    void this.#collect(() => this.#dependencies.commands.expiredClaims(PAGE_SIZE));
  }

  async #collect(read: () => Promise<Message[]>): Promise<void> {
    const link = this.#link;
    try {
      for (let found = PAGE_SIZE; found === PAGE_SIZE && link && this.#link === link; ) {
        const messages = await read();
        this.#enqueue(messages);
        await this.#claiming;
        found = messages.length;
      }
    } catch (error) {
      this.#failed(error, 'bot commands could not be read');
    }
  }

  #enqueue(messages: readonly Message[]): void {
    if (!this.#link) return;
    for (const message of messages) {
      if (commandName(message) !== null && !this.#inFlight.has(message.id))
        this.#queued.set(message.id, message);
    }
    this.#claiming ??= this.#claim().finally(() => {
      this.#claiming = null;
    });
  }

  /** Commands that are enqueued during a claim are in the next batch. */
  async #claim(): Promise<void> {
    while (this.#link && this.#queued.size > 0) {
      const link = this.#link;
      const batch = [...this.#queued.values()].sort(comparePositions).slice(0, BATCH_SIZE);
      try {
        const claimed = await this.#dependencies.commands.claim(batch.map(({ id }) => id));
        if (this.#link !== link) return;
        for (const message of batch) {
          this.#queued.delete(message.id);
          if (claimed.has(message.id)) this.#publish(link, message);
          else this.waiters.resolve(message.id);
        }
      } catch (error) {
        this.#queued.clear();
        this.#failed(error, 'bot commands could not be claimed');
      }
    }
  }

  #publish(link: BrokerLink, message: Message): void {
    const { topology, tokens } = this.#dependencies;
    const { id, sent } = message;
    const name = commandName(message);
    if (name === null) return;
    const options = {
      mandatory: true,
      messageId: id,
      contentType: 'application/json',
      timestamp: Math.floor(sent / 1000),
      // Its token expires then.
      expiration: COMMAND_LIFETIME_MS,
    };
    this.#inFlight.add(id);
    const content = Buffer.from(JSON.stringify(toCommand(message, tokens.sign(message))));
    const published = link.publish(topology.commands, name, content, options);
    // The copies for the processes hide from the broker that the shared queue was deleted, so its existence is checked.
    published
      .then(() => link.hasConsumers())
      .then(
        () => {
          // An unroutable message is confirmed too, after it has caused the loss of the link.
          if (link.isLost) return;
          this.#inFlight.delete(id);
          this.#notifyWhenIdle();
          diagnostics.commandPassed.publish({});
          this.waiters.resolve(id);
          this.#mark(id);
        },
        // The queue is full, or the link is about to be lost: it is retried over the next link, after a delay.
        () => void link.drop(new Error('the broker refused a command')),
      );
  }

  /** Retried when the feed is opened again, or with the next sweep. */
  #failed(error: unknown, event: string): void {
    this.#isBehind = true;
    const level = DATABASE_ERRORS.includes(toChatError(error).code) ? 'debug' : 'warn';
    this.#dependencies.log[level]({ reason: reasonOf(error) }, event);
  }

  #notifyWhenIdle(): void {
    if (this.size === 0) this.#onIdle();
  }

  /** A command that could not be marked is published again later, with the same id. */
  #mark(id: string): void {
    this.#confirmed.add(id);
    this.#marking ??= (async () => {
      while (this.#confirmed.size > 0) {
        const batch = [...this.#confirmed].slice(0, BATCH_SIZE);
        for (const confirmed of batch) this.#confirmed.delete(confirmed);
        await this.#dependencies.commands.markDispatched(batch).catch(() => {});
      }
    })().finally(() => {
      this.#marking = null;
    });
  }
}
