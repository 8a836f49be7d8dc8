import type { Message, Position } from '../../protocol/message.js';
import type { Log } from '../../telemetry/logger.js';
import type { Database } from '../connection/database.js';
import { r, timeOf } from '../connection/reql.js';
import type { Datum, Key, RowSelection, Selection } from '../connection/reql-types.js';
import type { MessageRow } from '../schema/rows.js';
import { MESSAGES } from '../schema/tables.js';
import { withAnnotations } from './annotations/annotated-message.js';
import { AnnotationTable } from './annotations/annotation-table.js';
import { type ActivityListener, followActivity } from './message-activity.js';
import { MessageFeeds, type MessageListener } from './message-feeds.js';
import { type Inserted, MessageInserts, type NewMessage } from './message-inserts.js';
import { ifOwn, noSuchMessage, throwRefusal } from './message-refusals.js';
import { toMessage } from './message-row.js';

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

type MessageSelection = Selection<MessageRow, 'room_sent' | 'command_sent' | 'mentions' | 'files'>;

/**
 * Every query on `messages`. All methods throw ChatError: `database-unavailable` when the database cannot be reached,
 * `refused-by-database` when its write hook refuses a row, and the codes that they document.
 */
export class Messages {
  readonly #database: Database;
  readonly #log: Log;
  readonly #inserts: MessageInserts;
  readonly #feeds: MessageFeeds;
  /** Reactions and pins, which all methods that read messages add to them. */
  readonly annotations: AnnotationTable;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
    this.#inserts = new MessageInserts(database);
    this.#feeds = new MessageFeeds(database, log);
    this.annotations = new AnnotationTable(database, log);
  }

  /** Changefeeds that the database runs for rooms. */
  get openFeeds(): number {
    return this.#feeds.open;
  }

  /** Messages that wait to be inserted. */
  get queued(): number {
    return this.#inserts.queued;
  }

  /** Follows a room's changes. @returns a function that stops following */
  follow(room: string, listener: MessageListener): () => void {
    return this.#feeds.follow(room, listener);
  }

  /** Follows the messages of all rooms, without their texts. @returns a function that stops following */
  followActivity(listener: ActivityListener): () => void {
    return followActivity(this.#database, listener, this.#log);
  }

  /** See MessageInserts.insert. */
  insert(message: NewMessage): Promise<Inserted> {
    return this.#inserts.insert(message);
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
    return this.#annotate(message);
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
    const message = await this.find(id);
    return message?.room === room ? message : null;
  }

  /** A message of any room. */
  async find(id: string): Promise<Message | null> {
    const message = toMessage(await this.#database.run(this.#one(id)));
    return message && this.#annotate(message);
  }

  /** Those of the messages that the room has, in the order of `ids`. */
  async getMany(room: string, ids: readonly string[]): Promise<Message[]> {
    if (ids.length === 0) return [];
    const rows = await this.#database.rows(this.#database.table(MESSAGES).getAll(r.args(ids)));
    const found = await this.#annotateAll(rows.map(toMessage).filter((message) => message?.room === room));
    const byId = new Map(found.map((message) => [message.id, message]));
    return ids.flatMap((id) => byId.get(id) ?? []);
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

  /** A message with those around it, at most `limit`; null when the room has no such message. */
  async around(room: string, id: string, limit: number): Promise<(Older & Newer) | null> {
    const middle = await this.get(room, id);
    if (!middle) return null;
    const [older, newer] = await Promise.all([
      this.before(room, middle, Math.floor((limit - 1) / 2)),
      this.after(room, middle, Math.ceil((limit - 1) / 2)),
    ]);
    const messages = [...older.messages, middle, ...newer.messages];
    return { messages, hasOlder: older.hasOlder, hasNewer: newer.hasNewer };
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
    return { rows: await this.#annotateAll(messages), more: found.length > limit };
  }

  async #annotate(message: Message): Promise<Message> {
    const [annotated = message] = await this.#annotateAll([message]);
    return annotated;
  }

  /** The annotations are read after the messages: what is written in between is reported by a changefeed too. */
  async #annotateAll(messages: readonly (Message | null)[]): Promise<Message[]> {
    const present = messages.filter((message) => message !== null);
    const annotations = await this.annotations.of(present.map(({ id }) => id));
    return present.map((message) => withAnnotations(message, annotations.get(message.id)));
  }
}
