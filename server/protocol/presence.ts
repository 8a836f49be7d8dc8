import type { PresenceCount, PresenceEntry, User } from './entities.js';
import type { TypingEvent } from './server-frames.js';

export type { PresenceCount, PresenceEntry, TypingEvent };
export type Typist = User;

/** All sockets in a room, ordered by user, then by socket. */
export interface PresentUsers {
  users: readonly PresenceEntry[];
  /** Other processes cannot be reached: people may be missing, or shown although they left. */
  partial: boolean;
}

/** The difference of a room's presence to the previous one. Applying it twice does no harm. */
export interface PresenceDelta {
  room: string;
  joined: readonly PresenceEntry[];
  /** Each an `id_socket`. */
  left: readonly string[];
  /** Entries of sockets that were present before, with a new name or user. */
  renamed: readonly PresenceEntry[];
  /** As in `PresentUsers`. A delta may consist of a change of this alone. */
  partial: boolean;
}
