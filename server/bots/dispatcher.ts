import { setTimeout as wait } from 'node:timers/promises';
import type { CommandOutbox } from '../database/tables/command-outbox.js';
import { type ErrorCode, toChatError } from '../protocol/errors.js';
import { comparePositions, type Message } from '../protocol/message.js';
import { diagnostics } from '../telemetry/diagnostics-channels.js';
import type { Log } from '../telemetry/logger.js';
import type { BrokerLink } from './broker-link.js';
import { commandName, toCommand } from './command.js';
import { COMMAND_LIFETIME, type CommandTokens } from './command-tokens.js';
import { DispatchWaiters } from './dispatch-waiters.js';
import type { Topology } from './topology.js';

/** Commands that one query claims, or marks as passed on. */
const BATCH = 50;
/** Commands that one query reads. */
const PAGE = 1_000;
/** Errors that are logged where they are noticed. */
const AWAY: readonly ErrorCode[] = ['database-unavailable', 'storage-full'];

export interface DispatcherDependencies {
  commands: CommandOutbox;
  topology: Topology;
  tokens: CommandTokens;
  log: Log;
  /** Milliseconds between two looks for what processes that are dead have left behind. */
  sweepMs: number;
}

/**
 * Brings commands to the broker. They come from where all messages come from, a changefeed of the table, so it does not
 * matter who has written them. Before a process publishes a command it claims it, in the table `commands`; when the broker
 * has confirmed it, it is marked there. What the broker cannot take stays where it is, in the database: when both feed
 * and broker are there, what nobody has claimed is read (after the feed was opened, so that nothing falls in between). A
 * command may be published twice, as the same message, when a process dies at the wrong moment. It is not lost.
 */
export class Dispatcher {
  readonly #parts: DispatcherDependencies;
  readonly waiters = new DispatchWaiters();
  #link: BrokerLink | null = null;
  #isFollowing = false;
  /** Something was not read, not claimed, or claimed and not confirmed: it is to be read anew. */
  #isBehind = false;
  #unfollow = () => {};
  #timers: NodeJS.Timeout[] = [];

  /** To be claimed. */
  readonly #queued = new Map<string, Message>();
  #claiming: Promise<void> | null = null;
  /** Claimed, and not confirmed. */
  readonly #inFlight = new Set<string>();
  /** Confirmed, and not marked. */
  readonly #confirmed = new Set<string>();
  #marking: Promise<void> | null = null;
  #notifyIdle = () => {};

  constructor(parts: DispatcherDependencies) {
    this.#parts = parts;
  }

  /** Commands on their way to the broker. Those that wait for it to be there are in the database. */
  get size(): number {
    return this.#queued.size + this.#inFlight.size;
  }

  start(): void {
    const { commands, sweepMs } = this.#parts;
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
      setInterval(() => void commands.purge().catch(() => {}), COMMAND_LIFETIME),
    ];
  }

  opened(link: BrokerLink): void {
    this.#link = link;
    this.#catchUp();
  }

  lost(): void {
    this.#link = null;
    this.#isBehind = true;
    this.#queued.clear();
    this.#inFlight.clear();
    this.#tellWhenEmpty();
    this.waiters.rejectAll();
  }

  /** Takes no more commands, and leaves to others what the broker does not confirm within `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    this.#unfollow();
    for (const timer of this.#timers) clearInterval(timer);
    const emptied = new Promise<void>((resolve) => {
      this.#notifyIdle = resolve;
      this.#tellWhenEmpty();
    });
    await Promise.race([emptied, wait(withinMs, undefined, { ref: false })]);
    await this.#marking;
    if (this.size > 0 || this.#isBehind) await this.#parts.commands.release().catch(() => {});
  }

  /** Reads what was written while the feed or the broker was away. */
  #catchUp(): void {
    const { commands } = this.#parts;
    if (!this.#isFollowing) return;
    void this.#collect(async () => {
      // What is under way is not lost.
      if (this.#isBehind && this.#inFlight.size === 0) await commands.release();
      this.#isBehind = false;
      return commands.unclaimed(PAGE);
    });
    commands.purge().catch(() => {});
  }

  /** Takes over what processes that are dead have left behind. */
  #reclaim(): void {
    void this.#collect(() => this.#parts.commands.expiredClaims(PAGE));
  }

  async #collect(read: () => Promise<Message[]>): Promise<void> {
    const link = this.#link;
    try {
      for (let found = PAGE; found === PAGE && link && this.#link === link; ) {
        const messages = await read();
        this.#enqueue(messages);
        await this.#claiming;
        found = messages.length;
      }
    } catch (error) {
      this.#failed(error as Error, 'bots: commands not read');
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

  /** What comes while a claim is on its way travels with the next one. */
  async #claim(): Promise<void> {
    while (this.#link && this.#queued.size > 0) {
      const link = this.#link;
      const batch = [...this.#queued.values()].sort(comparePositions).slice(0, BATCH);
      try {
        const own = await this.#parts.commands.claim(batch.map(({ id }) => id));
        if (this.#link !== link) return;
        for (const message of batch) {
          this.#queued.delete(message.id);
          if (own.has(message.id)) this.#publish(link, message);
          else this.waiters.resolve(message.id);
        }
      } catch (error) {
        this.#queued.clear();
        this.#failed(error as Error, 'bots: commands not claimed');
      }
    }
  }

  #publish(link: BrokerLink, message: Message): void {
    const { topology, tokens } = this.#parts;
    const { id, sent } = message;
    const command = toCommand(message, tokens.sign(message));
    const options = {
      mandatory: true,
      messageId: id,
      contentType: 'application/json',
      timestamp: Math.floor(sent / 1000),
      // Nobody could answer it any more.
      expiration: COMMAND_LIFETIME,
    };
    this.#inFlight.add(id);
    const content = Buffer.from(JSON.stringify(command));
    link.publish(topology.commands, commandName(message)!, content, options).then(
      () => {
        // A link that was dropped, for a message that nobody got, proves nothing.
        if (link.isLost) return;
        this.#inFlight.delete(id);
        this.#tellWhenEmpty();
        diagnostics.commandPassed.publish({});
        this.waiters.resolve(id);
        this.#mark(id);
      },
      // Full, or about to end: it is tried again over the next link, after a while.
      () => void link.drop(new Error('the broker did not take a command')),
    );
  }

  /** It is tried again when the feed is open again, or with the next sweep. */
  #failed(error: Error, what: string): void {
    this.#isBehind = true;
    const level = AWAY.includes(toChatError(error).code) ? 'debug' : 'warn';
    this.#parts.log[level]({ reason: error.message.split('\n')[0] }, what);
  }

  #tellWhenEmpty(): void {
    if (this.size === 0) this.#notifyIdle();
  }

  /** A command that could not be marked is published again, some time: bots know it by its id. */
  #mark(id: string): void {
    this.#confirmed.add(id);
    this.#marking ??= (async () => {
      while (this.#confirmed.size > 0) {
        const batch = [...this.#confirmed].slice(0, BATCH);
        for (const one of batch) this.#confirmed.delete(one);
        await this.#parts.commands.markDispatched(batch).catch(() => {});
      }
    })().finally(() => {
      this.#marking = null;
    });
  }
}
