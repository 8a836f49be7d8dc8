import { setTimeout as wait } from 'node:timers/promises';
import type { ConsumeMessage } from 'amqplib';
import type { Messages } from '../database/tables/messages.js';
import { Backoff } from '../lib/backoff.js';
import type { Limits } from '../limits/limits.js';
import { ChatError, type ErrorCode, toChatError } from '../protocol/errors.js';
import { newMessageId } from '../protocol/message.js';
import { diagnostics } from '../telemetry/diagnostics-channels.js';
import type { Log } from '../telemetry/logger.js';
import { readAnswer } from './answer.js';
import type { BrokerLink } from './broker-link.js';
import type { AuthorizedReply, ReplyAuthorizer } from './reply-authorizer.js';
import type { Topology } from './topology.js';

/** Nothing is wrong with the answer: it has to wait. */
const TEMPORARY: readonly ErrorCode[] = ['database-unavailable', 'storage-full', 'auth-unavailable'];

export interface AnswersDependencies {
  limits: Pick<Limits, 'answer'>;
  messages: Pick<Messages, 'insert'>;
  rights: ReplyAuthorizer;
  topology: Topology;
  log: Log;
  /** Milliseconds between attempts, at most. */
  longestWaitMs: number;
}

/**
 * Writes answers to `messages`. An answer is acknowledged when the database has it, so that it is lost nowhere; as it
 * may therefore come again, its message's id follows from it. What cannot be used goes to the queue of rejected
 * answers, with the reason in the header `reason`, and is out of the way.
 */
export class Answers {
  readonly #parts: AnswersDependencies;
  readonly #stopping = new AbortController();
  readonly #current = new Set<Promise<void>>();
  /** The last answer to each command that is being written. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(parts: AnswersDependencies) {
    this.#parts = parts;
  }

  /** Answers that were taken and are not acknowledged yet. */
  get inFlight(): number {
    return this.#current.size;
  }

  receive(link: BrokerLink, delivery: ConsumeMessage): void {
    const work = this.#take(link, delivery).finally(() => this.#current.delete(work));
    this.#current.add(work);
  }

  /** Finishes what is being written. What waits is left with the broker. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#current);
  }

  async #take(link: BrokerLink, delivery: ConsumeMessage): Promise<void> {
    const { log, longestWaitMs } = this.#parts;
    const backoff = new Backoff(100, longestWaitMs);
    // Over a link that is lost nothing can be acknowledged: the answer comes again over the next one.
    while (!link.isLost) {
      try {
        await this.#write(delivery);
        return link.ack(delivery);
      } catch (error) {
        const fault = toChatError(error);
        if (!TEMPORARY.includes(fault.code)) {
          if (fault.code === 'internal') log.error({ err: error }, 'bots: an answer could not be written');
          return this.#reject(link, delivery, `${fault.code}: ${fault.message}`);
        }
      }
      if (this.#stopping.signal.aborted) return;
      await wait(backoff.next(), undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }

  async #write({ content, properties, fields }: ConsumeMessage): Promise<void> {
    const { limits, rights } = this.#parts;
    const answer = readAnswer(content, properties.messageId);
    const allowed = await rights.authorize(answer);
    const { command } = allowed;
    const insert = () => this.#insert(allowed, fields.redelivered);
    if (!command) {
      this.#written(await insert());
      return;
    }
    const key = JSON.stringify([command.room, command.id]);
    // One after the other: a repetition that is on its way must not count against the last answer that is allowed.
    await this.#inTurn(key, async () => {
      const takeBack = await limits.answer(key);
      let created = false;
      try {
        created = await insert();
      } finally {
        if (!created) await takeBack();
      }
      this.#written(created);
    });
  }

  /** @returns whether the answer is a new message */
  async #insert({ message, idSource }: AuthorizedReply, isRedelivered: boolean): Promise<boolean> {
    const { messages } = this.#parts;
    const { created, message: stored } = await messages.insert(message);
    if (!created && idSource === 'command' && stored.body !== message.body)
      throw new ChatError('id-taken', 'the command was answered already: a further answer needs an id');
    if (created || idSource !== 'content' || isRedelivered) return created;
    // The same content in a delivery that is not repeated is said again.
    return (await messages.insert({ ...message, id: newMessageId() })).created;
  }

  async #inTurn(key: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(work, work);
    this.#turns.set(key, turn);
    try {
      await turn;
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    }
  }

  #written(created: boolean): void {
    diagnostics.reply.publish({ outcome: created ? 'written' : 'repeated' });
  }

  async #reject(link: BrokerLink, delivery: ConsumeMessage, reason: string): Promise<void> {
    const { topology, log } = this.#parts;
    const { messageId, contentType } = delivery.properties;
    log.warn({ reason }, 'bots: an answer was rejected');
    try {
      const options = { messageId, contentType, headers: { reason }, mandatory: true };
      await link.publish('', topology.rejected, delivery.content, options);
      diagnostics.reply.publish({ outcome: 'rejected' });
      link.ack(delivery);
    } catch {
      void link.drop(new Error('the broker did not take a rejected answer'));
    }
  }
}
