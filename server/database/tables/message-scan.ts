import type { Message } from '../../protocol/message.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { Feed } from '../connection/feed.js';
import { r, timeOf } from '../connection/reql.js';
import type { MessageRow } from '../schema/rows.js';
import { MESSAGES } from '../schema/tables.js';
import { type Neighbours, neighboursOf } from './message-neighbours.js';
import { toMessage } from './message-row.js';
import { UsedRooms } from './used-rooms.js';

/** Receives the changes of all messages. */
export interface MessageChangeListener {
  opened(): void;
  /** Null where there was, or is, no such message. */
  changed(id: string, before: Message | null, after: Message | null): void;
  lost(): void;
}

/** A part of the table, from an id on. */
export interface ScanPage {
  /** By id. */
  messages: Map<string, Message>;
  /** The smallest id of the page; null: the page reaches the beginning of the table. */
  from: string | null;
}

/** Rooms in one query. */
const ROOMS_PER_QUERY = 50;
/** Messages in one query: at most 8 MB. */
const MESSAGES_PER_QUERY = 500;

/** Follows and reads the messages of all rooms, for views of the whole table. All methods throw ChatError `database-unavailable`. */
export class MessageScan {
  readonly #database: Database;
  readonly #log: Log;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  /** Follows all messages by one feed. @returns a function that stops following */
  follow(listener: MessageChangeListener): () => void {
    const feed = new Feed<MessageRow>(
      this.#database,
      this.#database.table(MESSAGES),
      {
        opened: () => listener.opened(),
        changed: (before, after) => {
          const id = (after ?? before)?.id;
          if (typeof id === 'string') listener.changed(id, toMessage(before), toMessage(after));
        },
        lost: () => listener.lost(),
      },
      this.#log,
    );
    return () => feed.close();
  }

  /** Identifies the table: one that is created again has another id. */
  tableId(): Promise<string> {
    return this.#database.run(this.#database.table(MESSAGES).info()('id'));
  }

  count(): Promise<number> {
    return this.#database.run(this.#database.table(MESSAGES).count());
  }

  /** The messages of the greatest ids before an id, null for the greatest of all. Ids are mostly in the order of time. */
  async pageBefore(id: string | null): Promise<ScanPage> {
    const rows = await this.#database.run(
      this.#database
        .table(MESSAGES)
        .between('', id ?? r.maxval)
        .orderBy({ index: r.desc('id') })
        .limit(MESSAGES_PER_QUERY)
        .coerceTo('array'),
    );
    const last = rows.length < MESSAGES_PER_QUERY ? undefined : rows.at(-1)?.id;
    return { messages: byId(rows), from: typeof last === 'string' ? last : null };
  }

  /** The messages of these ids that exist, by id. */
  async get(ids: readonly string[]): Promise<Map<string, Message>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#database.run(
      this.#database
        .table(MESSAGES)
        .getAll(...ids)
        .coerceTo('array'),
    );
    return byId(rows);
  }

  /** The messages of the same rooms right before and after each message. */
  neighbours(messages: readonly Message[]): Promise<Neighbours[]> {
    return neighboursOf(this.#database, messages);
  }

  /** The messages of all rooms that were sent at or after a time, in milliseconds since 1970, in parts. */
  async *since(sent: number): AsyncGenerator<Message[]> {
    const used = new UsedRooms(this.#database);
    let last: string | null = null;
    for (;;) {
      const rooms: string[] = await used.after(last, ROOMS_PER_QUERY);
      const names = rooms.filter((room) => typeof room === 'string');
      for (const room of await this.#withMessagesSince(names, sent)) yield* this.#ofRoomSince(room, sent);
      if (rooms.length < ROOMS_PER_QUERY) return;
      last = rooms.at(-1) ?? null;
    }
  }

  #withMessagesSince(rooms: readonly string[], sent: number): Promise<string[]> {
    const found = rooms.map((room) => r.branch(this.#range(room, sent).limit(1).isEmpty(), [], [room]));
    return this.#database.run(r.expr(found).concatMap((name) => name));
  }

  async *#ofRoomSince(room: string, sent: number): AsyncGenerator<Message[]> {
    let from = sent;
    let limit = MESSAGES_PER_QUERY;
    for (;;) {
      const rows: MessageRow[] = await this.#database.run(
        this.#range(room, from).orderBy({ index: 'room_sent' }).limit(limit).coerceTo('array'),
      );
      const messages = [...byId(rows).values()];
      yield messages;
      if (rows.length < limit) return;
      const last = messages.at(-1)?.sent ?? from;
      // More messages of one time than a query reads: the next query reads more of them.
      limit = last === from ? limit * 2 : MESSAGES_PER_QUERY;
      from = last;
    }
  }

  #range(room: string, sent: number) {
    return this.#database
      .table(MESSAGES)
      .between([room, timeOf(sent)], [room, r.maxval], { index: 'room_sent' });
  }
}

function byId(rows: readonly MessageRow[]): Map<string, Message> {
  const messages = rows.map(toMessage).filter((message) => message !== null);
  return new Map(messages.map((message) => [message.id, message]));
}
