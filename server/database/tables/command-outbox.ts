import { randomUUID } from 'node:crypto';
import type { Message } from '../../protocol/message.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { Feed } from '../connection/feed.js';
import { r, timeOf } from '../connection/reql.js';
import type { Datum, RawTime, Selection, Sequence, Table } from '../connection/reql-types.js';
import type { CommandRow, MessageRow } from '../schema/rows.js';
import { COMMANDS, MESSAGES } from '../schema/tables.js';
import { toMessage } from './message-row.js';

export interface CommandListener {
  /** Every command that is written later is reported. Called again after an interruption. */
  opened(): void;
  /** A command was written, by any program. */
  written(message: Message): void;
  lost(): void;
}

export interface CommandOutboxOptions {
  /** Milliseconds after a command was sent in which it can be dispatched. */
  lifetimeMs: number;
  /** Milliseconds after which a claimed command that was not dispatched can be claimed again: the process may be dead. */
  claimMs: number;
}

/**
 * Commands to bots, a transactional outbox. Commands are messages like any others; a row of the table `commands` claims
 * one for a process. So each command is dispatched once, however many processes see it, and none is lost when a process
 * dies.
 */
export class CommandOutbox {
  readonly #database: Database;
  readonly #log: Log;
  readonly #options: CommandOutboxOptions;
  /** Identifies this run of the process. */
  readonly #by = randomUUID();

  constructor(database: Database, log: Log, options: CommandOutboxOptions) {
    this.#database = database;
    this.#log = log;
    this.#options = options;
  }

  /** Follows the commands that are written. @returns a function that stops following */
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

  /** Commands without a claim or with an expired one: the oldest first, at most `limit`. */
  async unclaimed(limit: number): Promise<Message[]> {
    const isFree = (message: Datum<MessageRow>) =>
      this.#claims()
        .get(message('id'))
        .do((claim) => r.branch(claim.eq(null), true, this.#isExpired(claim)));
    return this.#messages(this.#recent().orderBy({ index: 'command_sent' }).filter(isFree).limit(limit));
  }

  /** Commands that a process has claimed and not dispatched in time. */
  async expiredClaims(limit: number): Promise<Message[]> {
    const ids = this.#claims()
      .between(r.minval, this.#ago(this.#options.claimMs), { index: 'pending' })
      .limit(limit)('id')
      .coerceTo('array');
    const messages = this.#database.table(MESSAGES).getAll(r.args(ids));
    return this.#messages(messages.filter((message) => message('sent').gt(this.#oldest())));
  }

  /** @returns those of the ids that this process has claimed now, and has to dispatch */
  async claim(ids: readonly string[]): Promise<Set<string>> {
    const rows = ids.map((id) => ({ id, by: this.#by, claimed: this.#ago(0), passed: false }));
    const takeOver = (_id: Datum, claim: Datum<CommandRow>, own: Datum<CommandRow>) =>
      r.branch(this.#isExpired(claim), own, claim);
    const { changes = [] } = await this.#database.run(
      this.#claims().insert(rows, { conflict: takeOver, returnChanges: 'always' }),
    );
    const claimed = new Set<unknown>();
    for (const { new_val } of changes) if (new_val?.by === this.#by) claimed.add(new_val.id);
    return new Set(ids.filter((id) => claimed.has(id)));
  }

  /** The broker has accepted these commands. */
  async markDispatched(ids: readonly string[]): Promise<void> {
    await this.#database.run(this.#claims().getAll(r.args(ids)).update({ passed: true }));
  }

  /** Releases the claims of this process on commands that it has not dispatched, so that any process can claim them. */
  async release(): Promise<void> {
    const pending = this.#claims().between(r.minval, r.maxval, { index: 'pending' });
    await this.#database.run(pending.filter({ by: this.#by }).update({ claimed: r.epochTime(0) }));
  }

  /** Deletes the claims of commands that are too old to be dispatched again. */
  async purge(): Promise<void> {
    const old = this.#ago(2 * this.#options.lifetimeMs);
    const claims = this.#claims().filter((claim) => claim('claimed').lt(old));
    await this.#database.run(claims.delete({ durability: 'soft' }));
  }

  #claims(): Table<CommandRow, 'pending'> {
    return this.#database.table(COMMANDS);
  }

  #recent(): Selection<MessageRow, 'command_sent' | 'room_sent' | 'files'> {
    return this.#database.table(MESSAGES).between(this.#oldest(), r.maxval, { index: 'command_sent' });
  }

  #oldest(): Datum<RawTime> {
    return this.#ago(this.#options.lifetimeMs);
  }

  #isExpired(claim: Datum<CommandRow | null>): Datum<boolean> {
    return claim('passed')
      .not()
      .and(claim('claimed').lt(this.#ago(this.#options.claimMs)));
  }

  #ago(ms: number): Datum<RawTime> {
    return timeOf(Date.now() - ms);
  }

  async #messages(rows: Sequence<MessageRow, never>): Promise<Message[]> {
    return (await this.#database.rows(rows)).map(toMessage).filter((message) => message !== null);
  }
}
