import type { PresenceCount, PresenceEntry, User } from './entities.js';
import type { TypingEvent } from './server-frames.js';

export type { TypingEvent };

/** One socket in one room. A user with three tabs has three entries. */
export type Entry = PresenceEntry;
export type Count = PresenceCount;
export type Typist = User;

/** All sockets in a room, ordered by user, then by socket. */
export interface Users {
  users: readonly Entry[];
  /** Other processes cannot be reached: people may be missing, or shown although they left. */
  partial: boolean;
}

/** The difference of a room's presence to the previous one. Applying it twice does no harm. */
export interface Delta {
  room: string;
  joined: readonly Entry[];
  /** Each an `id_socket`. */
  left: readonly string[];
  /** Entries of sockets that were present before, with a new name or user. */
  renamed: readonly Entry[];
  /** As in `Users`. A delta may consist of a change of this alone. */
  partial: boolean;
}
