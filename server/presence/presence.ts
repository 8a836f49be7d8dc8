/**
 * The sockets and users in each room, over all processes of one deployment. Two implementations pass one test suite:
 * `memory-presence.ts` for a single process, `redis-presence.ts` for several.
 *
 * No method throws or rejects because another server is unavailable. Entries of other processes may then be missing from
 * the result, which says so (`partial: true`); entries of this process are always in it.
 */

import type { ConnectionStatus } from '../lib/connection-status.js';
import type {
  PresenceCount,
  PresenceDelta,
  PresenceEntry,
  PresentUsers,
  TypingEvent,
  Typist,
} from '../protocol/presence.js';
import type { Clock } from './clock.js';

/** Receives every change. All listeners of a room receive the same object, which can be encoded once. */
export type PresenceListener = (delta: PresenceDelta) => void;

/** A live view of a room: its state as of the last delta that the listener has received. */
export interface Observation {
  /** The entries, in order. A new array. */
  users(): PresenceEntry[];
  /** Number of entries. */
  size(): number;
  /** As in `PresentUsers`. */
  isPartial(): boolean;
  /** Whether a user is in the room now. May be ahead of the last delta. */
  hasUser(id_user: string): boolean;
  /** Removes the listener. */
  stop(): void;
}

export interface Counts {
  /** By room; has every room that was asked for. */
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
  /** For `/readyz`. Presence in memory is always up. */
  readonly status: ConnectionStatus;

  /** Number of entries of this process; a socket in two rooms has two. */
  readonly present: number;

  /** The rooms with the most sockets of this process, at most `limit`. */
  busiest(limit: number): string[];

  /** Adds or replaces the entry of a socket of this process. */
  enter(room: string, entry: PresenceEntry): void;

  /** Removes the entry of a socket of this process, if there is one. */
  leave(room: string, id_socket: string): void;

  /** Changes the name in all entries of the user's sockets of this process. */
  rename(id_user: string, name: string): void;

  /** The entries of a room. Changes of this process show at once, those of other processes a moment later. */
  users(room: string): Promise<PresentUsers>;

  /** Counts of several rooms: for lists of rooms, cheaper than `users` of each. */
  counts(rooms: Iterable<string>): Promise<Counts>;

  /**
   * Observes a room. Changes are collected over a window (`windowMs`) into one delta; a socket that enters and leaves
   * within a window is not in it. For the same reason an observation may be a window behind `users(room)`.
   *
   * Resolves when the room has been read from the other processes, or after a second; then the observation is partial,
   * and a delta brings the rest.
   */
  observe(room: string, listener: PresenceListener): Promise<Observation>;

  /**
   * Sends a typing event to all listeners of the room, in all processes. Further events of the user in the room are
   * dropped for `typingEveryMs`.
   */
  typing(room: string, user: Typist): void;

  /**
   * Ends the throttling of a user who has sent a message: the next typing event is sent at once. Listeners are not
   * notified, because they see the message.
   */
  stopTyping(room: string, id_user: string): void;

  /** @returns a function that removes the listener */
  observeTyping(room: string, listener: TypingListener): () => void;

  /** Counts all rooms. Reads every entry: for operators, not for pages. */
  summary(): Promise<Summary>;

  /** Ids of the users with a socket in a room of any process. Reads every entry. */
  presentUsers(): Promise<ReadonlySet<string>>;

  /**
   * Deletes the entries of processes that have ended. They count for nothing and would expire; this frees the memory now.
   * @returns the number of deleted entries
   */
  flush(): Promise<number>;

  /** Removes the entries of this process, at once for all processes. Takes at most a second and never rejects. */
  stop(): Promise<void>;
}

export interface PresenceOptions {
  clock?: Clock;
  /** Milliseconds over which changes in a room are collected into one delta. */
  windowMs?: number;
  /** Milliseconds between two typing events of a user in a room, at least. */
  typingEveryMs?: number;
  /** False: other processes have entries too, so a room is partial until they have been read. */
  isOnlyProcess?: boolean;
}
