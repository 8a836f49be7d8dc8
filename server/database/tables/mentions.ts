import type { Message, Position } from '../../protocol/message.js';
import { comparePositions, MAX_UNREAD } from '../../protocol/message.js';
import type { Database } from '../connection/database.js';
import { millisecondsOf, r, timeOf } from '../connection/reql.js';
import type { Selection } from '../connection/reql-types.js';
import type { MessageRow } from '../schema/rows.js';
import { MESSAGES } from '../schema/tables.js';
import { toMessage } from './message-row.js';

/** Mentions of a user that are counted at once, over all rooms. */
const MAX_COUNTED_MENTIONS = 1_000;

/** Messages that mention users, which the database finds by the index `mentions`, whichever program wrote them. */
export class Mentions {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Messages of any room that mention a user, without those that the user wrote: the newest ones before a position, newest
   * first, at most `limit`. @throws ChatError `database-unavailable`
   */
  async of(id_user: string, before: Position | null, limit: number): Promise<Message[]> {
    const newest = this.#newest(id_user, null, before);
    const older = before
      ? newest.filter((row) => row('sent').lt(timeOf(before.sent)).or(row('id').lt(before.id)))
      : newest;
    const found = await this.#database.run(older.limit(limit).coerceTo('array'));
    return found.map(toMessage).filter((message) => message !== null);
  }

  /**
   * The number of messages after a position that mention a user, for several rooms at once, at most `MAX_UNREAD` each.
   * @throws ChatError `database-unavailable`
   */
  async countAfter(id_user: string, places: readonly { room: string; after: Position }[]): Promise<number[]> {
    if (places.length === 0) return [];
    const oldest = Math.min(...places.map(({ after }) => after.sent));
    const found = await this.#database.run(
      this.#newest(id_user, oldest, null)
        .limit(MAX_COUNTED_MENTIONS)
        .pluck('id', 'room', 'sent')
        .coerceTo('array'),
    );
    const positions = found.flatMap(({ id, room, sent }) => {
      const at = millisecondsOf(sent);
      return typeof id === 'string' && at !== null ? [{ room, position: { sent: at, id } }] : [];
    });
    return places.map(({ room, after }) => {
      const unread = positions.filter(
        (one) => one.room === room && comparePositions(one.position, after) > 0,
      );
      return Math.min(unread.length, MAX_UNREAD);
    });
  }

  /** Mentions of a user by others, from a time (milliseconds since 1970) up to a position, newest first. */
  #newest(id_user: string, from: number | null, to: Position | null): Selection<MessageRow, 'mentions'> {
    return this.#database
      .table(MESSAGES)
      .between(
        [id_user, from === null ? r.minval : timeOf(from)],
        [id_user, to === null ? r.maxval : timeOf(to.sent)],
        { index: 'mentions', rightBound: 'closed' },
      )
      .orderBy({ index: r.desc('mentions') })
      .filter((row) => row('author')('id_user').default(null).ne(id_user));
  }
}
