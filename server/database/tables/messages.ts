import { ChatError } from '../../protocol/errors.js';
import {
  type Author,
  type Kind,
  type Message,
  type MessageFile,
  newMessageId,
  type Position,
} from '../../protocol/message.js';
import { diagnostics } from '../../telemetry/diagnostics-channels.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { keepStored, r, timeOf } from '../connection/reql.js';
import type { Datum, Key, RawTime, RowSelection, Selection, WriteResult } from '../connection/reql-types.js';
import type { MessageRow } from '../schema/rows.js';
import { MESSAGES } from '../schema/tables.js';
import { InsertQueue } from './insert-queue.js';
import { type ActivityListener, followActivity } from './message-activity.js';
import { MessageFeeds, type MessageListener } from './message-feeds.js';
import { ifOwn, messageRefusal, noSuchMessage, throwRefusal } from './message-refusals.js';
import { toMessage } from './message-row.js';

/** A message to be written. Texts have been cleaned by the rules of protocol/message.ts. */
export interface NewMessage {
  /** Default: a new UUIDv7. */
  id?: string | undefined;
  room: string;
  body: string;
  author: Author;
  kind?: Kind;
  files?: readonly MessageFile[];
}

export interface Inserted {
  message: Message;
  /** False when the same message was stored already: a retry. */
  created: boolean;
}

export interface Older {
  /** Oldest first. */
  messages: Message[];
  /** The room has messages before the first. */
  hasOlder: boolean;
}

export interface Newer {
  /** Oldest first. */
  messages: Message[];
  /** The room has messages after the last. */
  hasNewer: boolean;
}

/** The newest messages of a room that are searched for an author. */
const RECENT_MESSAGES = 1_000;
/** Rooms whose messages one query counts. */
const ROOMS_PER_COUNT_QUERY = 25;

interface NewRow {
  id: string;
  room: string;
  body: string;
  author: Author;
  kind: Kind;
  sent: Datum<RawTime>;
  files?: readonly MessageFile[];
}

type MessageSelection = Selection<MessageRow, 'room_sent' | 'command_sent' | 'files'>;

/**
 * Every query on `messages`. All methods throw ChatError: `database-unavailable` when the database cannot be reached,
 * `refused-by-database` when its write hook refuses a row, and the codes that they document.
 */
export class Messages {
  readonly #database: Database;
  readonly #log: Log;
  readonly #queue = new InsertQueue<NewRow, Inserted>(
    (rows) => this.#insertBatch(rows),
    ({ body }) => body.length,
  );
  readonly #feeds: MessageFeeds;
  #lastSent = 0;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
    this.#feeds = new MessageFeeds(database, log);
  }

  /** Changefeeds that the database runs for rooms. */
  get openFeeds(): number {
    return this.#feeds.open;
  }

  /** Messages that wait to be inserted. */
  get queued(): number {
    return this.#queue.depth;
  }

  /** Follows a room's changes. @returns a function that stops following */
  follow(room: string, listener: MessageListener): () => void {
    return this.#feeds.follow(room, listener);
  }

  /** Follows the messages of all rooms, without their texts. @returns a function that stops following */
  followActivity(listener: ActivityListener): () => void {
    return followActivity(this.#database, listener, this.#log);
  }

  /**
   * Writes a message; resolves when the database has it on disk. A retry with the id of the author's own message stores no
   * second message and is no error. @throws ChatError `id-taken` when another message has this id
   */
  async insert({ id = newMessageId(), files = [], ...message }: NewMessage): Promise<Inserted> {
    const { room, body, author, kind = 'message' } = message;
    // Stamped here and never decreasing, so that one sender's messages keep their order in whichever batch they are.
    // Ids of bots' replies do not increase, so their times do.
    this.#lastSent = Math.max(this.#lastSent + (kind === 'bot' ? 1 : 0), Date.now());
    const sent = timeOf(this.#lastSent);
    const row = { id, room, body, author, kind, sent, ...(files.length > 0 && { files }) };
    const inserted = await this.#queue.insert(row, author.id_user ?? room);
    const stored = inserted.message;
    if (stored.room !== room || stored.author.id_user !== author.id_user) {
      throw new ChatError('id-taken', 'another message has this id', { field: 'id' });
    }
    return inserted;
  }

  /** @throws ChatError `no-such-message`, `not-yours` */
  async edit({
    room,
    id,
    body,
    by,
  }: {
    room: string;
    id: string;
    body: string;
    by: string;
  }): Promise<Message> {
    const update = this.#one(id).update((row) => ifOwn(row, room, by, { body }), { returnChanges: 'always' });
    const result = await this.#database.run(update);
    const message = toMessage(result.changes?.[0]?.new_val ?? null);
    throwRefusal(result);
    if (!message) throw noSuchMessage();
    return message;
  }

  /** @throws ChatError `no-such-message`, `not-yours` */
  async remove({ room, id, by }: { room: string; id: string; by: string }): Promise<void> {
    const removal = this.#one(id).replace((row) => r.branch(row.eq(null), null, ifOwn(row, room, by, null)));
    const result = await this.#database.run(removal);
    throwRefusal(result);
    if (result.skipped > 0) throw noSuchMessage();
  }

  /** Null when the room has no such message. */
  async get(room: string, id: string): Promise<Message | null> {
    const message = toMessage(await this.#database.run(this.#one(id)));
    return message?.room === room ? message : null;
  }

  /** The newest messages of a room. */
  latest(room: string, limit: number): Promise<Older> {
    return this.#older(
      this.#range([room, r.minval], [room, r.maxval]).orderBy({ index: r.desc('room_sent') }),
      limit,
    );
  }

  /** The messages right before a position (which need not be a message's). */
  before(room: string, { sent, id }: Position, limit: number): Promise<Older> {
    const time = timeOf(sent);
    const range = this.#range([room, r.minval], [room, time], { rightBound: 'closed' })
      .orderBy({ index: r.desc('room_sent') })
      .filter((row) => row('sent').lt(time).or(row('id').lt(id)));
    return this.#older(range, limit);
  }

  /** The messages right after a position. */
  async after(room: string, { sent, id }: Position, limit: number): Promise<Newer> {
    const time = timeOf(sent);
    const range = this.#range([room, time], [room, r.maxval])
      .orderBy({ index: 'room_sent' })
      .filter((row) => row('sent').gt(time).or(row('id').gt(id)));
    const { rows, more } = await this.#page(range, limit);
    return { messages: rows, hasNewer: more };
  }

  /** The number of messages after a position, for several rooms at once; counting stops at `limit`. */
  async countAfter(places: readonly { room: string; after: Position }[], limit: number): Promise<number[]> {
    const counts = places.map(({ room, after: { sent, id } }) => {
      const time = timeOf(sent);
      return this.#range([room, time], [room, r.maxval])
        .filter((row) => row('sent').gt(time).or(row('id').gt(id)))
        .limit(limit)
        .count();
    });
    // The database counts one room of a query after the other, but several queries at once.
    const queries: Promise<number[]>[] = [];
    for (let i = 0; i < counts.length; i += ROOMS_PER_COUNT_QUERY) {
      queries.push(this.#database.run(r.expr(counts.slice(i, i + ROOMS_PER_COUNT_QUERY))));
    }
    return (await Promise.all(queries)).flat();
  }

  /**
   * Whether a room has messages of users other than `id_user`, and whether `id_user` wrote one of the newest
   * `RECENT_MESSAGES`.
   */
  useOf(room: string, id_user: string): Promise<{ isUsed: boolean; isAuthor: boolean }> {
    const newest = this.#range([room, r.minval], [room, r.maxval])
      .orderBy({ index: r.desc('room_sent') })
      .limit(RECENT_MESSAGES);
    const isOwn = (message: Datum<MessageRow>) => message('author')('id_user').eq(id_user);
    return this.#database.run(
      r.expr({
        isUsed: newest
          .filter((message) => isOwn(message).not())
          .isEmpty()
          .not(),
        isAuthor: newest.filter(isOwn).isEmpty().not(),
      }),
    );
  }

  #one(id: string): RowSelection<MessageRow> {
    return this.#database.table(MESSAGES).get(id);
  }

  #range(from: Key, to: Key, options: { rightBound?: 'closed' } = {}): MessageSelection {
    return this.#database.table(MESSAGES).between(from, to, { index: 'room_sent', ...options });
  }

  async #older(newestFirst: MessageSelection, limit: number): Promise<Older> {
    const { rows, more } = await this.#page(newestFirst, limit);
    return { messages: rows.reverse(), hasOlder: more };
  }

  /** Reads one row more than wanted, to find out whether there are more. */
  async #page(rows: MessageSelection, limit: number): Promise<{ rows: Message[]; more: boolean }> {
    const found = await this.#database.run(rows.limit(limit + 1).coerceTo('array'));
    const messages = found.slice(0, limit).map(toMessage);
    return { rows: messages.filter((message) => message !== null), more: found.length > limit };
  }

  #insertOneByOne(rows: NewRow[]): Promise<(Inserted | Error)[]> {
    return Promise.all(
      rows.map((row) =>
        this.#insertBatch([row]).then(
          ([only]) => only ?? messageRefusal(),
          (error: Error) => error,
        ),
      ),
    );
  }

  /** One query for many rows; a conflict leaves the stored row as it is. */
  async #insertBatch(rows: NewRow[]): Promise<(Inserted | Error)[]> {
    const insert = this.#database
      .table(MESSAGES)
      .insert(rows, { conflict: keepStored, returnChanges: 'always' });
    const begin = performance.now();
    let result: WriteResult<MessageRow>;
    try {
      result = await this.#database.run(insert);
    } catch (error) {
      if (rows.length === 1 || !(error instanceof ChatError) || error.code !== 'storage-full') throw error;
      // The rows before the one that did not fit are written: each row gets its own result.
      return this.#insertOneByOne(rows);
    }
    diagnostics.inserted.publish({ rows: rows.length, seconds: (performance.now() - begin) / 1000 });
    const written = new Map<string, Inserted>();
    for (const { old_val, new_val, error } of result.changes ?? []) {
      const message = error === undefined ? toMessage(new_val) : null;
      if (!message) continue;
      const created = old_val === null || written.get(message.id)?.created === true;
      written.set(message.id, { message, created });
    }
    // An error in `changes` does not name its row, so a row without a result is written by itself.
    return Promise.all(
      rows.map(async ({ id }, i) => {
        const inserted = written.get(id);
        if (inserted) {
          // The same message may be in the batch again.
          written.set(id, { ...inserted, created: false });
          return inserted;
        }
        if (rows.length === 1) return messageRefusal(result.first_error);
        const [alone] = await this.#insertOneByOne(rows.slice(i, i + 1));
        return alone ?? messageRefusal(result.first_error);
      }),
    );
  }
}
