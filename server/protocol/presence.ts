/** One socket in one room. A user with three tabs is three entries. */
export interface PresenceEntry {
  id_socket: string;
  id_user: string;
  name: string;
}
export interface PresenceCount {
  sockets: number;
  /** Different users. */
  users: number;
}
export interface Typist {
  id_user: string;
  name: string;
}
/** Somebody has begun to type, or goes on typing. */
export interface TypingEvent {
  room: string;
  user: Typist;
  /**
   * Whoever shows it, takes it away after so many milliseconds without another event, or when a message of that
   * user comes. There is no event for the end.
   */
  forMs: number;
}
/** Everybody in a room, in an order that is the same for everybody who asks: by user, then by socket. */
export interface PresentUsers {
  users: readonly PresenceEntry[];
  /** Other processes could not be asked: people may be missing, or be shown who have left. */
  partial: boolean;
}
/** What became different in a room since the last time. Applying it twice does no harm. */
export interface PresenceDelta {
  room: string;
  joined: readonly PresenceEntry[];
  /** Sockets (`id_socket`) that are gone. */
  left: readonly string[];
  /** Entries of sockets that were there before, by another name or user. */
  renamed: readonly PresenceEntry[];
  /** As in `Users`. A delta may say nothing but that this has changed. */
  partial: boolean;
}
