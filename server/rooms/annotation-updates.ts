import { LRUCache } from 'lru-cache';
import {
  type Annotations,
  annotators,
  NO_ANNOTATIONS,
} from '../database/tables/annotations/annotated-message.js';
import type { AnnotationTable } from '../database/tables/annotations/annotation-table.js';
import type { UserTable } from '../database/tables/user-table.js';
import { Backoff } from '../lib/backoff.js';
import { reasonOf } from '../lib/error-reason.js';
import type { Log } from '../telemetry/logger.js';
import type { OrphanQueue } from './orphan-queue.js';

/** The part of an open room that receives annotations. */
export interface AnnotatedRoom {
  /** Ids of the messages in the window. */
  readonly messageIds: string[];
  /** @param names current names of the users in the annotations, by id */
  annotate(id: string, annotations: Annotations, names: Record<string, string>): void;
  /** Reads the window again and sends the difference: changes may have been missed. */
  resynchronise(): void;
}

export interface AnnotationUpdatesDependencies {
  table: Pick<AnnotationTable, 'follow' | 'of' | 'roomsOf'>;
  users: Pick<UserTable, 'namesOf'>;
  /** Undefined for a room that is not open in this process. */
  room: (name: string) => AnnotatedRoom | undefined;
  rooms: () => Iterable<AnnotatedRoom>;
  orphans: Pick<OrphanQueue, 'add'>;
  log: Log;
}

/** Messages in one query. */
const MESSAGES_PER_READ = 100;
/** Messages that wait to be read. Beyond it, rooms read their windows again. */
const MAX_WAITING_MESSAGES = 5_000;
/** Annotated messages that a room has not delivered yet. */
const MAX_AWAITED_MESSAGES = 1_000;

/**
 * Passes changes of reactions and pins to the open rooms. A changefeed says that the annotations of a message changed; then all
 * of them are read, one read at a time, and the last one counts. So a thousand reactions at once cost few reads, this process
 * keeps no row in memory, and the result equals the table in whichever order the changes arrive.
 */
export class AnnotationUpdates {
  readonly #dependencies: AnnotationUpdatesDependencies;
  readonly #backoff = new Backoff();
  readonly #stopFollowing: () => void;
  #waiting = new Set<string>();
  /** An annotation can be written before its message, or delivered before it. */
  readonly #awaited = new LRUCache<string, true>({ max: MAX_AWAITED_MESSAGES });
  #isReading = false;
  #isStopped = false;

  constructor(dependencies: AnnotationUpdatesDependencies) {
    this.#dependencies = dependencies;
    this.#stopFollowing = dependencies.table.follow({
      changed: (id, room) => {
        if (room === null || dependencies.room(room)) this.refresh(id);
      },
      opened: (isFirst) => this.#opened(isFirst),
    });
  }

  /** Reads the annotations of a message again, and sends them to its room. */
  refresh(id: string): void {
    if (this.#isStopped) return;
    if (this.#waiting.size >= MAX_WAITING_MESSAGES && !this.#waiting.has(id)) {
      this.#waiting.clear();
      this.#opened(false);
      return;
    }
    this.#waiting.add(id);
    if (!this.#isReading) void this.#read();
  }

  /** A room delivers a message that it did not have before. */
  delivered(id: string): void {
    if (this.#awaited.size > 0 && this.#awaited.delete(id)) this.refresh(id);
  }

  /** A message is no longer in its room: if it was deleted, its annotations are. */
  removed(id: string): void {
    this.#dependencies.orphans.add(id);
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopFollowing();
  }

  #opened(isFirst: boolean): void {
    for (const room of this.#dependencies.rooms()) {
      if (!isFirst) room.resynchronise();
      else for (const id of room.messageIds) this.refresh(id);
    }
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    // Changes of this turn of the event loop share a read.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.size > 0 && !this.#isStopped) {
      const ids = [...this.#waiting].slice(0, MESSAGES_PER_READ);
      for (const id of ids) this.#waiting.delete(id);
      try {
        await this.#update(ids);
        this.#backoff.reset();
      } catch (error) {
        const reason = reasonOf(error);
        this.#dependencies.log.warn({ reason }, 'reactions and pins could not be read, retrying');
        for (const id of ids) this.#waiting.add(id);
        await new Promise((resolve) => setTimeout(resolve, this.#backoff.next()).unref());
      }
    }
    this.#isReading = false;
  }

  async #update(ids: readonly string[]): Promise<void> {
    const { table, users, room } = this.#dependencies;
    // Before the read, because a room may deliver the message during it.
    for (const id of ids) this.#awaited.set(id, true);
    const [rooms, annotations] = await Promise.all([table.roomsOf(ids), table.of(ids)]);
    const people = await users.namesOf(annotators([...annotations.values()]));
    for (const id of ids) {
      const name = rooms.get(id);
      const open = name === undefined ? undefined : room(name);
      if (open?.messageIds.includes(id)) this.#awaited.delete(id);
      const found = annotations.get(id) ?? NO_ANNOTATIONS;
      const names: Record<string, string> = {};
      for (const id_user of annotators([found])) {
        const known = Object.hasOwn(people, id_user) ? people[id_user] : undefined;
        if (known !== undefined) names[id_user] = known;
      }
      open?.annotate(id, found, names);
    }
  }
}
