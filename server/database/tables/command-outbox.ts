import { randomUUID } from 'node:crypto';
import { COMMAND, type Message } from '../../protocol/message.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { Feed } from '../connection/feed.js';
import { type DriverCursor, RAW, r, type Term } from '../connection/reql.js';
import { type MessageRow, toMessage } from './message-row.js';

/**
 * The index of messages that are commands to bots, by the time they were sent. All others are not in it, as null is no
 * key. A message that was edited is none: it has been passed on as it was, or it is too late.
 */
export const COMMAND_INDEX = {
  name: 'command_sent',
  definition: (message: Term) =>
    r.branch(
      message('kind')
        .eq('message')
        .and(message('body').match(COMMAND).ne(null))
        .and(message.hasFields('edited').not()),
      message('sent'),
      null,
    ),
};

/** The index of commands that are claimed and not passed on, by the time they were claimed. */
export const CLAIM_INDEX = {
  name: 'pending',
  definition: (row: Term) => r.branch(row('passed'), null, row('claimed')),
};

export interface CommandListener {
  /** From now on, what is written is told. Called again after an interruption. */
  opened(): void;
  /** Somebody, whoever it is, has written a command. */
  written(message: Message): void;
  lost(): void;
}

export interface CommandOutboxOptions {
  /** Milliseconds for which a command can be passed on after it was sent. */
  lifetimeMs: number;
  /** Milliseconds after which what a process has claimed and not passed on is free again: it may be dead. */
  claimMs: number;
}

/**
 * Commands to bots: they are messages like any others, and the table `commands` says which of them somebody passes on.
 * So each is passed on once, however many processes see it, and none is forgotten when a process dies.
 */
export class CommandOutbox {
  readonly #database: Database;
  readonly #log: Log;
  readonly #options: CommandOutboxOptions;
  /** Names this life of the process. */
  readonly #by = randomUUID();

  constructor(database: Database, log: Log, options: CommandOutboxOptions) {
    this.#database = database;
    this.#log = log;
    this.#options = options;
  }

  /** Follows what is written until the function that it returns is called. */
  follow(listener: CommandListener): () => void {
    const feed = new Feed<MessageRow>(
      this.#database,
      this.#recent(),
      {
        opened: () => listener.opened(),
        lost: () => listener.lost(),
        changed: (before, after) => {
          const message = before ? null : toMessage(after);
          if (message) listener.written(message);
        },
      },
      this.#log,
    );
    return () => feed.close();
  }

  /** What nobody has claimed, or claimed and let lie: the oldest first, at most `limit`. */
  async unclaimed(limit: number): Promise<Message[]> {
    const isFree = (message: Term) =>
      this.#claims()
        .get(message('id'))
        .do((claim: Term) => r.branch(claim.eq(null), true, this.#isLeft(claim)));
    return this.#messages(this.#recent().orderBy({ index: COMMAND_INDEX.name }).filter(isFree).limit(limit));
  }

  /** What somebody has claimed and let lie. */
  async expiredClaims(limit: number): Promise<Message[]> {
    const ids = this.#claims()
      .between(r.minval, this.#ago(this.#options.claimMs), { index: CLAIM_INDEX.name })
      .limit(limit)('id')
      .coerceTo('array');
    const messages = this.#database.table('messages').getAll(r.args(ids));
    return this.#messages(messages.filter((message: Term) => message('sent').gt(this.#oldest())));
  }

  /** @returns those of the ids that it is now up to this process to pass on */
  async claim(ids: readonly string[]): Promise<Set<string>> {
    const rows = ids.map((id) => ({ id, by: this.#by, claimed: this.#ago(0), passed: false }));
    const takeOver = (_id: Term, claim: Term, own: Term) => r.branch(this.#isLeft(claim), own, claim);
    const { changes } = await this.#database.run<{ changes: { new_val: { id: string; by: string } }[] }>(
      this.#claims().insert(rows, { conflict: takeOver, returnChanges: 'always' }),
      RAW,
    );
    const own = changes.filter(({ new_val }) => new_val.by === this.#by);
    return new Set(own.map(({ new_val }) => new_val.id));
  }

  /** The broker has them. */
  async markDispatched(ids: readonly string[]): Promise<void> {
    await this.#database.run(this.#claims().getAll(r.args(ids)).update({ passed: true }));
  }

  /** Lets go of what this process has claimed and not passed on, so that anybody may, itself included. */
  async release(): Promise<void> {
    const pending = this.#claims().between(r.minval, r.maxval, { index: CLAIM_INDEX.name });
    await this.#database.run(pending.filter({ by: this.#by }).update({ claimed: r.epochTime(0) }));
  }

  /** Drops the claims of commands that are too old to be passed on again. */
  async purge(): Promise<void> {
    const old = this.#ago(2 * this.#options.lifetimeMs);
    const claims = this.#claims().filter((claim: Term) => claim('claimed').lt(old));
    await this.#database.run(claims.delete({ durability: 'soft' }));
  }

  #claims(): Term {
    return this.#database.table('commands');
  }

  #recent(): Term {
    const index = COMMAND_INDEX.name;
    return this.#database.table('messages').between(this.#oldest(), r.maxval, { index });
  }

  #oldest(): Term {
    return this.#ago(this.#options.lifetimeMs);
  }

  #isLeft(claim: Term): Term {
    return claim('passed')
      .not()
      .and(claim('claimed').lt(this.#ago(this.#options.claimMs)));
  }

  #ago(ms: number): Term {
    return r.epochTime((Date.now() - ms) / 1000);
  }

  async #messages(rows: Term): Promise<Message[]> {
    const cursor = await this.#database.run<DriverCursor<MessageRow>>(rows, RAW);
    return (await cursor.toArray()).map(toMessage).filter((message) => message !== null);
  }
}
