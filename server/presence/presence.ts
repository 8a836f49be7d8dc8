/**
 * Who is where, over all processes of one deployment. There are two implementations, which pass one test suite:
 * `memory.ts` for a single process, `redis.ts` for several.
 *
 * Nothing here throws or rejects because another part is away. What could not be asked for is missing from the
 * answer, and the answer says so (`partial: true`); what this process knows itself is always there.
 */

import type {
  PresenceCount,
  PresenceDelta,
  PresenceEntry,
  PresentUsers,
  TypingEvent,
  Typist,
} from '../protocol/presence.js';
import type { Clock } from './clock.js';

export interface PresenceStatus {
  state: 'up' | 'down' | 'connecting';
  since: Date;
  /** What went wrong last, while it is down. */
  reason?: string;
}

/** Told of everything that becomes different. All listeners get the same object, which can be encoded once. */
export type PresenceListener = (delta: PresenceDelta) => void;

/** Following a room. `users` and `partial` are of the moment from which the listener's deltas continue. */
export interface Observation extends PresentUsers {
  /** The listener is not called any more. */
  stop(): void;
}

export interface Counts {
  /** By room; every room that was asked for is there. */
  rooms: Map<string, PresenceCount>;
  partial: boolean;
}

/** Over all rooms of all processes. A socket or user in two rooms counts once in the totals. */
export interface Summary extends PresenceCount {
  rooms: Record<string, PresenceCount>;
  partial: boolean;
}

export type TypingListener = (event: TypingEvent) => void;

export interface Presence {
  /** For `/readyz`. A presence in memory is always up. */
  readonly status: PresenceStatus;

  /** Sockets of this process in rooms; one that is in two rooms counts twice. */
  readonly present: number;

  /** The rooms with the most sockets of this process, at most `limit`. */
  busiest(limit: number): string[];

  /** A socket of this process is in the room now. Again with other fields: replaces the entry. */
  enter(room: string, entry: PresenceEntry): void;

  /** A socket of this process is not in the room any more. One that was not there is left alone. */
  leave(room: string, id_socket: string): void;

  /** Changes the name in all entries of the user's sockets of this process. */
  rename(id_user: string, name: string): void;

  /** Everybody in the room. Sees at once what happened in this process, and a moment later what did in others. */
  users(room: string): Promise<PresentUsers>;

  /** How many are in each of the rooms: for lists of rooms, cheaper than `users` of each. */
  counts(rooms: Iterable<string>): Promise<Counts>;

  /**
   * Follows a room. What comes and goes is gathered and told at most once per window (`windowMs`), as the difference;
   * who came and went within a window is not mentioned. For the same reason the list one begins with may be a window
   * behind `users(room)`.
   *
   * Resolves when the room is known, at the latest after a second; then with what there is (`partial`), and the rest
   * follows as a delta.
   */
  observe(room: string, listener: PresenceListener): Promise<Observation>;

  /**
   * A user types. Notifies all observers of typing in the room, in all processes; at most once per user, room and
   * `typingEveryMs`, so that it can be called at each key.
   */
  typing(room: string, user: Typist): void;

  /**
   * The user's message is there. What the user types next is told at once again. Observers are not told: they see the
   * message.
   */
  stopTyping(room: string, id_user: string): void;

  /** @returns ends it */
  observeTyping(room: string, listener: TypingListener): () => void;

  /** Counts everybody everywhere. Reads all there is: for operators, not for pages. */
  summary(): Promise<Summary>;

  /**
   * Deletes what processes that are gone have left behind. Nobody sees that anyway and it would expire by itself;
   * this frees the memory now.
   * @returns how many entries were dropped
   */
  flush(): Promise<number>;

  /** Takes this process's entries away, at once for everybody. Takes at most a second and never rejects. */
  stop(): Promise<void>;
}

export interface PresenceOptions {
  clock?: Clock;
  /** Milliseconds for which changes in a room are gathered before its listeners are told. */
  windowMs?: number;
  /** Least milliseconds between two events of the same user typing in the same room. */
  typingEveryMs?: number;
}
