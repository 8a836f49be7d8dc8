import type { Messages } from '../database/tables/messages.js';
import { MAX_QUOTE_LENGTH, type Quote, type Quotes } from '../protocol/entities.js';
import { ChatError } from '../protocol/errors.js';
import type { Message } from '../protocol/message.js';

/** Quotes that a room keeps: twice as many as its window has messages. */
const MAX_CACHED_QUOTES = 200;

/** The beginning of a message, for the messages that reply to it. */
export function quoteOf({ id, body, sent, author, kind }: Message): Quote {
  return { id, body: beginning(body), sent, author, kind };
}

/** Without half of a surrogate pair, and without a part of a mention. */
function beginning(body: string): string {
  if (body.length <= MAX_QUOTE_LENGTH) return body;
  return `${body
    .slice(0, MAX_QUOTE_LENGTH - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/<@[^<>\s]*$/, '')}…`;
}

/** Ids of the messages to which these messages reply, without those that are among them. */
function repliedTo(messages: readonly Message[]): string[] {
  const present = new Set(messages.map(({ id }) => id));
  const ids = new Set(messages.flatMap(({ reply_to }) => reply_to ?? []));
  return [...ids].filter((id) => !present.has(id));
}

/**
 * The quotes for messages of a room, as far as the originals are not among these messages.
 * @throws ChatError `database-unavailable`
 */
export async function readQuotes(
  room: string,
  messages: readonly Message[],
  table: Pick<Messages, 'getMany'>,
): Promise<Quotes> {
  const ids = repliedTo(messages);
  const found = new Map((await table.getMany(room, ids)).map((message) => [message.id, message]));
  return Object.fromEntries(
    ids.map((id) => {
      const message = found.get(id);
      return [id, message ? quoteOf(message) : null];
    }),
  );
}

/** The quotes of an open room. The room reports all changes of its messages, so that each original is read once. */
export class RoomQuotes {
  readonly #room: string;
  readonly #table: Pick<Messages, 'getMany'>;
  #known = new Map<string, Quote | null>();
  /** Originals that are being read. */
  #reading = new Set<string>();

  constructor(room: string, table: Pick<Messages, 'getMany'>) {
    this.#room = room;
    this.#table = table;
  }

  /** A message of the room has changed, or is deleted (null). */
  changed(id: string, message: Message | null): void {
    const wasReading = this.#reading.delete(id);
    if (wasReading || this.#known.has(id)) this.#known.set(id, message && quoteOf(message));
  }

  /** Changes may have been missed. */
  clear(): void {
    this.#known = new Map();
    this.#reading = new Set();
  }

  /** As `readQuotes`; without those that cannot be read at the moment. */
  async for(messages: readonly Message[]): Promise<Quotes> {
    const ids = repliedTo(messages);
    const quotes = new Map(ids.flatMap((id) => this.#entry(id)));
    if (quotes.size === ids.length) return Object.fromEntries(quotes);
    const unknown = messages.filter(({ reply_to }) => reply_to !== undefined && !quotes.has(reply_to));
    for (const [id, quote] of Object.entries(await this.#read(unknown))) quotes.set(id, quote);
    return Object.fromEntries(ids.flatMap((id) => this.#entry(id, quotes.get(id))));
  }

  async #read(messages: readonly Message[]): Promise<Quotes> {
    const reading = this.#reading;
    for (const id of repliedTo(messages)) reading.add(id);
    try {
      const quotes = await readQuotes(this.#room, messages, this.#table);
      for (const [id, quote] of Object.entries(quotes)) if (reading.delete(id)) this.#keep(id, quote);
      return quotes;
    } catch (error) {
      for (const { reply_to } of messages) if (reply_to !== undefined) reading.delete(reply_to);
      if (error instanceof ChatError) return {};
      throw error;
    }
  }

  #keep(id: string, quote: Quote | null): void {
    this.#known.set(id, quote);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_CACHED_QUOTES && oldest !== undefined) this.#known.delete(oldest);
  }

  /** The present quote, or `otherwise`; empty if there is neither. */
  #entry(id: string, otherwise?: Quote | null): [id: string, quote: Quote | null][] {
    const known = this.#known.get(id);
    const quote = known === undefined ? otherwise : known;
    return quote === undefined ? [] : [[id, quote]];
  }
}
