import { ChatError } from '../../../protocol/errors.js';
import type { Log } from '../../../telemetry/logger.js';
import type { Database } from '../../connection/database.js';
import { keepStored, r, timeOf } from '../../connection/reql.js';
import type { Datum, Table } from '../../connection/reql-types.js';
import type { NodeRow, PinRow, ReactionRow } from '../../schema/rows.js';
import { MESSAGES, NODES, PINS, REACTIONS } from '../../schema/tables.js';
import { noSuchMessage } from '../message-refusals.js';
import type { Annotations } from './annotated-message.js';
import { type AnnotationListener, followAnnotations } from './annotation-feeds.js';
import {
  MAX_REACTION_EMOJI,
  type ReactionOfUser,
  reactionKeys,
  summarise,
  toPin,
  toReaction,
} from './annotation-rows.js';

/** The message to which an annotation belongs. */
export interface AnnotatedMessage {
  room: string;
  id: string;
}

/** Reactions of all users to one message. */
export const MAX_REACTIONS_PER_MESSAGE = 2_000;
/** Pinned messages of a room. */
export const MAX_PINS_PER_ROOM = 50;
/** The row of `nodes` with the time of the last sweep. */
const SWEEP_ROW = 'annotation sweep';
/** Reactions in one query. For more of them, the messages are read in parts. */
const REACTIONS_PER_QUERY = 10_000;

/** The tables `reactions` and `pins`. All methods throw ChatError `database-unavailable`. */
export class AnnotationTable {
  readonly #database: Database;
  readonly #log: Log;
  #hasWarned = false;

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  /** Follows reactions and pins of all rooms. @returns a function that stops following */
  follow(listener: AnnotationListener): () => void {
    return followAnnotations(this.#database, listener, this.#log);
  }

  /** The annotations of those messages that have any, by message. */
  async of(ids: readonly string[]): Promise<Map<string, Annotations>> {
    if (ids.length === 0) return new Map();
    const [reactions, pins] = await Promise.all([
      this.#reactionsTo(ids),
      this.#database.rows(this.#pins().getAll(r.args(ids))),
    ]);
    const found = new Map<string, Annotations>();
    for (const [id, ofMessage] of byMessage(reactions))
      found.set(id, { reactions: summarise(ofMessage), pinned: null });
    for (const row of pins)
      if (typeof row.id === 'string')
        found.set(row.id, { reactions: found.get(row.id)?.reactions ?? [], pinned: toPin(row) });
    return found;
  }

  /** The rooms of those messages that exist. */
  async roomsOf(ids: readonly string[]): Promise<Map<string, string>> {
    const rows = this.#database.table(MESSAGES).getAll(r.args(ids)).pluck('id', 'room');
    const found = await this.#database.rows(rows);
    return new Map(found.map(({ id, room }) => [String(id), String(room)]));
  }

  /** @throws ChatError `no-such-message`, `too-many-reactions` */
  async addReaction({ room, id }: AnnotatedMessage, by: string, emoji: string): Promise<void> {
    const reactions = await this.#inRoom(room, id, () => this.#reactionsTo([id]));
    const own = reactions.some((one) => one.id_user === by && one.emoji === emoji);
    if (own) return;
    const used = new Set(reactions.map((one) => one.emoji));
    if (used.size >= MAX_REACTION_EMOJI && !used.has(emoji))
      throw tooManyReactions(`${MAX_REACTION_EMOJI} different emoji`, MAX_REACTION_EMOJI);
    if (reactions.length >= MAX_REACTIONS_PER_MESSAGE)
      throw tooManyReactions(`${MAX_REACTIONS_PER_MESSAGE} reactions`, MAX_REACTIONS_PER_MESSAGE);
    const [key] = reactionKeys(id, by, emoji);
    const fields = Array.isArray(key) ? {} : { id_message: id, id_user: by, emoji };
    const row = { id: key, ...fields, room, created: timeOf(Date.now()) };
    await this.#database.run(this.#reactions().insert(row, { conflict: keepStored }));
  }

  /** @throws ChatError `no-such-message` */
  async removeReaction({ room, id }: AnnotatedMessage, by: string, emoji: string): Promise<void> {
    const keys = reactionKeys(id, by, emoji);
    await this.#inRoom(room, id, () =>
      this.#database.run(
        this.#reactions()
          .getAll(...keys)
          .delete(),
      ),
    );
  }

  /** @throws ChatError `no-such-message`, `too-many-pins` */
  async pin({ room, id }: AnnotatedMessage, by: string): Promise<void> {
    const pins = await this.#inRoom(room, id, () => this.pinsOf(room));
    if (pins.includes(id)) return;
    if (pins.length >= MAX_PINS_PER_ROOM)
      throw new ChatError('too-many-pins', `a room can have ${MAX_PINS_PER_ROOM} pinned messages`, {
        limit: MAX_PINS_PER_ROOM,
      });
    const row = { id, room, id_user: by, created: timeOf(Date.now()) };
    await this.#database.run(this.#pins().insert(row, { conflict: keepStored }));
  }

  /** @throws ChatError `no-such-message` */
  async unpin({ room, id }: AnnotatedMessage): Promise<void> {
    await this.#inRoom(room, id, () => this.#database.run(this.#pins().getAll(id).delete()));
  }

  /** Ids of the pinned messages of a room, the newest pin first. */
  async pinsOf(room: string): Promise<string[]> {
    const rows = this.#pins()
      .between([room, r.minval], [room, r.maxval], { index: 'room_created' })
      .orderBy({ index: r.desc('room_created') })
      .limit(MAX_PINS_PER_ROOM);
    return (await this.#database.rows(rows)).map(({ id }) => id).filter((id) => typeof id === 'string');
  }

  /** Deletes the annotations of those messages that do not exist. @returns the number of deleted rows */
  async removeOrphans(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const existing = await this.roomsOf(ids);
    const orphans = ids.filter((id) => !existing.has(id));
    if (orphans.length === 0) return 0;
    const [reactions, pins] = await Promise.all([
      this.#database.run(this.#reactions().getAll(r.args(orphans), { index: 'id_message' }).delete()),
      this.#database.run(this.#pins().getAll(r.args(orphans)).delete()),
    ]);
    return reactions.deleted + pins.deleted;
  }

  /** Ids of messages that rows of reactions name, in order, after an id; an id can be repeated. */
  async reactionsAfter(id: string | null, limit: number): Promise<string[]> {
    const rows = this.#reactions()
      .between(id ?? r.minval, r.maxval, { index: 'id_message', leftBound: 'open' })
      .orderBy({ index: 'id_message' })
      .limit(limit)
      .map((row) => r.branch(row('id').typeOf().eq('ARRAY'), row('id').nth(0), row('id_message')));
    return (await this.#database.rows(rows)).filter((found) => typeof found === 'string');
  }

  /** Ids of messages that rows of pins name, in order, after an id. */
  async pinsAfter(id: string | null, limit: number): Promise<string[]> {
    const rows = this.#pins()
      .between(id ?? r.minval, r.maxval, { leftBound: 'open' })
      .orderBy({ index: 'id' })
      .limit(limit);
    return (await this.#database.rows(rows)).map(({ id }) => id).filter((found) => typeof found === 'string');
  }

  /** @returns false when a process has claimed a sweep in the last `intervalMs` milliseconds */
  async claimSweep(intervalMs: number): Promise<boolean> {
    const now = Date.now();
    const isDue = (stored: Datum<NodeRow>) =>
      stored('swept')
        .default(0)
        .lt(now - intervalMs);
    const claim = this.#database
      .table(NODES)
      .insert(
        { id: SWEEP_ROW, swept: now },
        { conflict: (_id, stored, added) => r.branch(isDue(stored), added, stored) },
      );
    const { inserted, replaced } = await this.#database.run(claim);
    return inserted + replaced > 0;
  }

  /** @throws ChatError `no-such-message` unless the room has the message */
  async #inRoom<T>(room: string, id: string, task: () => Promise<T>): Promise<T> {
    if ((await this.roomsOf([id])).get(id) !== room) throw noSuchMessage();
    return task();
  }

  async #reactionsTo(ids: readonly string[]): Promise<ReactionOfUser[]> {
    const rows = await this.#database.rows(
      this.#reactions()
        .getAll(r.args(ids), { index: 'id_message' })
        .limit(REACTIONS_PER_QUERY + 1),
    );
    if (rows.length > REACTIONS_PER_QUERY && ids.length > 1) {
      const middle = Math.ceil(ids.length / 2);
      const first = await this.#reactionsTo(ids.slice(0, middle));
      return [...first, ...(await this.#reactionsTo(ids.slice(middle)))];
    }
    return rows.map((row) => this.#parse(row)).filter((reaction) => reaction !== null);
  }

  #parse(row: ReactionRow): ReactionOfUser | null {
    const reaction = toReaction(row);
    if (reaction || this.#hasWarned) return reaction;
    this.#hasWarned = true;
    const fields = { table: REACTIONS.name, id: JSON.stringify(row.id).slice(0, 200) };
    this.#log.warn(fields, 'a row is not a reaction, ignoring such rows');
    return null;
  }

  #reactions(): Table<ReactionRow, 'id_message'> {
    return this.#database.table(REACTIONS);
  }

  #pins(): Table<PinRow, 'room_created'> {
    return this.#database.table(PINS);
  }
}

function byMessage(reactions: readonly ReactionOfUser[]): Map<string, ReactionOfUser[]> {
  const found = new Map<string, ReactionOfUser[]>();
  for (const reaction of reactions) {
    const others = found.get(reaction.id_message);
    if (others) others.push(reaction);
    else found.set(reaction.id_message, [reaction]);
  }
  return found;
}

function tooManyReactions(limited: string, limit: number): ChatError {
  return new ChatError('too-many-reactions', `a message can have ${limited}`, { limit });
}
