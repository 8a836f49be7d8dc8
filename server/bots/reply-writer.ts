import { setTimeout as wait } from 'node:timers/promises';
import type { ConsumeMessage } from 'amqplib';
import type { Messages } from '../database/tables/messages.js';
import { Backoff } from '../lib/backoff.js';
import type { Limits } from '../limits/limits.js';
import { ChatError, type ErrorCode, toChatError } from '../protocol/errors.js';
import { newMessageId } from '../protocol/message.js';
import { diagnostics } from '../telemetry/diagnostics-channels.js';
import type { Log } from '../telemetry/logger.js';
import { parseReply } from './bot-reply.js';
import type { BrokerLink } from './broker-link.js';
import type { AuthorizedReply, ReplyAuthorizer } from './reply-authorizer.js';
import type { Topology } from './topology.js';

const FIRST_RETRY_MS = 100;
/** Errors that are no fault of the reply: it is retried. */
const TEMPORARY_ERRORS: readonly ErrorCode[] = ['database-unavailable', 'storage-full', 'auth-unavailable'];

export interface ReplyWriterDependencies {
  limits: Pick<Limits, 'reply'>;
  messages: Pick<Messages, 'insert'>;
  authorizer: ReplyAuthorizer;
  topology: Topology;
  log: Log;
  /** Milliseconds between two attempts to write a reply, at most. */
  maxRetryMs: number;
}

/**
 * Writes replies to `messages`. A reply is acknowledged to the broker when the database has stored it, so it is never
 * lost but may be delivered again; the id of its message is derived from it, so it is stored once. A reply that cannot be
 * used goes to the queue of rejected replies, with the reason in the header `reason`.
 */
export class ReplyWriter {
  readonly #dependencies: ReplyWriterDependencies;
  readonly #stopping = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  /** By command: the last of its replies that are being written. */
  readonly #lastByCommand = new Map<string, Promise<void>>();

  constructor(dependencies: ReplyWriterDependencies) {
    this.#dependencies = dependencies;
  }

  /** Number of replies that were delivered and are not acknowledged yet. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  receive(link: BrokerLink, delivery: ConsumeMessage): void {
    const work = this.#process(link, delivery).finally(() => this.#inFlight.delete(work));
    this.#inFlight.add(work);
  }

  /** Finishes writes in flight. Replies that wait for a retry stay with the broker. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#inFlight);
  }

  async #process(link: BrokerLink, delivery: ConsumeMessage): Promise<void> {
    const { log, maxRetryMs } = this.#dependencies;
    const backoff = new Backoff(FIRST_RETRY_MS, maxRetryMs);
    // After the link is lost, nothing can be acknowledged; the broker delivers the reply again over the next link.
    while (!link.isLost) {
      try {
        await this.#write(delivery);
        return link.ack(delivery);
      } catch (error) {
        const fault = toChatError(error);
        if (!TEMPORARY_ERRORS.includes(fault.code)) {
          if (fault.code === 'internal') log.error({ err: error }, 'bot reply could not be written');
          return this.#reject(link, delivery, `${fault.code}: ${fault.message}`);
        }
      }
      if (this.#stopping.signal.aborted) return;
      await wait(backoff.next(), undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }

  async #write({ content, properties, fields }: ConsumeMessage): Promise<void> {
    const { authorizer, limits } = this.#dependencies;
    const reply = parseReply(content, properties.messageId);
    const authorized = await authorizer.authorize(reply);
    const { command } = authorized;
    const insert = () => this.#insert(authorized, fields.redelivered);
    if (!command) {
      this.#publishOutcome(await insert());
      return;
    }
    const key = JSON.stringify([command.room, command.id]);
    // Replies to one command are written one after the other: otherwise a repeated delivery in flight could use up the
    // last reply that is allowed.
    await this.#afterOthers(key, async () => {
      const uncount = await limits.reply(key);
      let created = false;
      try {
        created = await insert();
      } finally {
        if (!created) await uncount();
      }
      this.#publishOutcome(created);
    });
  }

  /** @returns whether the reply became a new message */
  async #insert({ message, idSource }: AuthorizedReply, isRedelivered: boolean): Promise<boolean> {
    const { messages } = this.#dependencies;
    const { created, message: stored } = await messages.insert(message);
    if (!created && idSource === 'command' && stored.body !== message.body)
      throw new ChatError('id-taken', 'the command has a reply already: a further reply needs an id');
    if (created || idSource !== 'content' || isRedelivered) return created;
    // The same content in a new delivery is a new message.
    return (await messages.insert({ ...message, id: newMessageId() })).created;
  }

  async #afterOthers(key: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#lastByCommand.get(key) ?? Promise.resolve()).then(work, work);
    this.#lastByCommand.set(key, turn);
    try {
      await turn;
    } finally {
      if (this.#lastByCommand.get(key) === turn) this.#lastByCommand.delete(key);
    }
  }

  #publishOutcome(created: boolean): void {
    diagnostics.reply.publish({ outcome: created ? 'written' : 'repeated' });
  }

  async #reject(link: BrokerLink, delivery: ConsumeMessage, reason: string): Promise<void> {
    const { topology, log } = this.#dependencies;
    const { messageId, contentType } = delivery.properties;
    log.warn({ reason }, 'bot reply rejected');
    try {
      const options = { messageId, contentType, headers: { reason }, mandatory: true };
      await link.publish('', topology.rejected, delivery.content, options);
      diagnostics.reply.publish({ outcome: 'rejected' });
      link.ack(delivery);
    } catch {
      void link.drop(new Error('the broker refused a rejected reply'));
    }
  }
}
